using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;

namespace HpcVirt.Cli.VirtualMachines;

/// <summary><c>hpcvirt vm sets</c>.</summary>
internal static class VmSetsCommand
{
    public static Command Create(VmOptions options)
    {
        Option<string> sets = VmOptions.Sets();
        var verify = new Option<bool>("--verify") { Description = "Read every byte, not only the manifests." };
        var command = new Command("sets", "Lists the sets of a directory, the newest first, and what is wrong with those that cannot be used.") { sets, verify };
        VmCommand.SetAction(command, (parsed, _) =>
        {
            var directory = new GuestSetDirectory(parsed.GetValue(sets)!);
            var rows = new List<(long Number, SetManifest? Set, string Problem)>();
            foreach (long number in directory.Numbers())
            {
                try
                {
                    rows.Add((number, parsed.GetValue(verify) ? directory.Verify(number) : directory.Read(number), ""));
                }
                catch (GuestSetException e)
                {
                    rows.Add((number, null, e.Message));
                }
            }

            if (options.IsJson(parsed))
            {
                VmCommand.Print(new JsonArray([
                    .. rows.Select(static row => (JsonNode)new JsonObject
                    {
                        ["set"] = row.Number, ["writtenAt"] = row.Set?.WrittenAt.ToString("O"), ["guests"] = row.Set?.Guests.Count, ["bytes"] = row.Set?.Guests.Sum(static guest => guest.LengthBytes), ["diskBytes"] = row.Set?.Guests.Sum(static guest => guest.Disks.Sum(static disk => disk.LengthBytes)),
                        ["problem"] = row.Problem.Length == 0 ? null : row.Problem,
                    }),
                ]));
            }
            else
            {
                VmCommand.Print(
                    rows.Select(static row => (string[])[
                        $"{row.Number}", row.Set is { } set ? set.WrittenAt.ToString("u") : "?", row.Set is { } one ? string.Join(", ", one.Guests.Select(static guest => $"{guest.Name} on {guest.Host}")) : "",
                        row.Set is { } whole ? Size(whole) : "", row.Problem]),
                    "set", "written", "guests", "size", "problem");
            }

            return Task.CompletedTask;
        });
        return command;
    }

    private static string Size(SetManifest set)
    {
        long disks = set.Guests.Sum(static guest => guest.Disks.Sum(static disk => disk.LengthBytes));
        return $"{set.Guests.Sum(static guest => guest.LengthBytes) >> 20} MiB{(disks == 0 ? "" : $" and disks of {disks >> 20} MiB")}";
    }
}
