using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using HpcVirt.Control;
using HpcVirt.Hypervisor;

namespace HpcVirt.Cli.VirtualMachines;

/// <summary><c>hpcvirt vm restore</c>.</summary>
internal static class VmRestoreCommand
{
    public static Command Create(VmOptions options)
    {
        Option<string> sets = VmOptions.Sets();
        var number = new Option<long?>("--set") { Description = "The set. Left out: the newest that is whole.", HelpName = "N" };
        var on = new Option<string[]>("--on") { Description = "Bring a guest back on another host. May be given several times.", HelpName = "GUEST=HOST", DefaultValueFactory = _ => [] };
        Option<string> deadline = VmOptions.Deadline();
        Option<bool> dryRun = VmOptions.DryRun();
        var command = new Command("restore", VmTexts.Restore) { sets, number, on, deadline, dryRun };
        VmCommand.SetAction(command, async (parsed, cancel) =>
        {
            Dictionary<string, string> hosts = Placement(parsed.GetValue(on)!);
            bool isJson = options.IsJson(parsed);
            var directory = new GuestSetDirectory(parsed.GetValue(sets)!);
            await using IHypervisorBackend backend = options.Open(parsed);
            (SetManifest set, IReadOnlyList<GuestSetException> refused) = VmCommand.WithBars(
                isJson, tell => Task.FromResult(parsed.GetValue(number) is { } wanted ? (directory.Verify(wanted, tell), []) : directory.VerifyNewest(tell)));
            foreach (GuestSetException newer in refused) Console.Error.WriteLine($"hpcvirt: passed over: {newer.Message}");
            string places = string.Join(", ", set.Guests.Select(guest => $"{guest.Name} on {hosts.GetValueOrDefault(guest.Name, guest.Host)}"));
            if (parsed.GetValue(dryRun))
            {
                if (isJson) VmCommand.Print(Described(set, hosts, null));
                else Console.Out.WriteLine($"would restore set {set.Number} of {set.WrittenAt:u}, every byte of which is right: {places}; nothing was done.");
                return;
            }

            long start = Stopwatch.GetTimestamp();
            _ = VmCommand.WithBars(isJson, async tell =>
            {
                await new SetRestore(backend, directory).RunAsync(set, hosts, VmOptions.Duration(parsed.GetValue(deadline)!, "--deadline"), tell, cancel);
                return true;
            });
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            if (isJson) VmCommand.Print(Described(set, hosts, took));
            else Console.Out.WriteLine($"set {set.Number} of {set.WrittenAt:u} is back after {took.TotalMilliseconds:0} ms: {places}");
        });
        return command;
    }

    private static JsonObject Described(SetManifest set, Dictionary<string, string> hosts, TimeSpan? took) => new()
    {
        ["set"] = set.Number,
        ["guests"] = new JsonArray([.. set.Guests.Select(guest => (JsonNode)new JsonObject { ["name"] = guest.Name, ["host"] = hosts.GetValueOrDefault(guest.Name, guest.Host) })]),
        ["tookMs"] = took is { } time ? Math.Round(time.TotalMilliseconds) : null,
        ["isDryRun"] = took is null,
    };

    private static Dictionary<string, string> Placement(string[] words)
    {
        var hosts = new Dictionary<string, string>();
        foreach (string word in words)
        {
            int at = word.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == word.Length - 1 || !hosts.TryAdd(word[..at], word[(at + 1)..]))
                throw new ControlException(ExitCode.Usage, $"--on: '{word}' is not GUEST=HOST, or the guest is there twice.");
        }

        return hosts;
    }
}
