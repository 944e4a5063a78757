using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control;
using HpcVirt.Control.Processes;
using HpcVirt.Hypervisor;

namespace HpcVirt.Cli.VirtualMachines;

/// <summary><c>hpcvirt vm migrate</c>.</summary>
internal static class VmMigrateCommand
{
    public static Command Create(VmOptions options)
    {
        var guest = new Argument<string>("GUEST") { Description = "The guest." };
        var host = new Argument<string>("HOST") { Description = "The host to move it to." };
        var mode = new Option<string>("--mode") { Description = "precopy, or postcopy.", HelpName = "MODE", DefaultValueFactory = _ => "precopy" };
        var bandwidth = new Option<string?>("--bandwidth") { Description = "The most to send, bytes per second: 500K, 20M, 1G. Left out: what the wire gives.", HelpName = "RATE" };
        var held = new Option<string?>("--held-bandwidth") { Description = "The same while the job is silent and waits. Left out: what the wire gives.", HelpName = "RATE" };
        var downtime = new Option<string>("--downtime") { Description = "How long the guest may stand still.", HelpName = "DURATION", DefaultValueFactory = _ => "300ms" };
        var channels = new Option<int>("--multifd") { Description = "Connections for memory beside the first.", HelpName = "N" };
        var silence = new Option<string?>("--silence") { Description = "A shell command that silences the job, run before the switch-over while the guest works.", HelpName = "COMMAND" };
        var release = new Option<string?>("--release") { Description = "A shell command that lets the job go on, run at the end.", HelpName = "COMMAND" };
        var hold = new Option<string>("--hold-deadline") { Description = "How long --silence may take; after it the move is given up.", HelpName = "DURATION", DefaultValueFactory = _ => "30s" };
        var links = new Option<string>("--links")
        {
            Description = "keep: links move along. drop: devices that cannot move (guests[].unplug) are unplugged before the copy, and plugged in at the target.",
            HelpName = "HOW",
            DefaultValueFactory = _ => "keep",
        };
        Option<string> deadline = VmOptions.Deadline();
        Option<bool> dryRun = VmOptions.DryRun();
        var command = new Command("migrate", VmTexts.Migrate) { guest, host, mode, bandwidth, held, downtime, channels, silence, release, hold, links, deadline, dryRun };
        VmCommand.SetAction(command, async (parsed, cancel) =>
        {
            var job = new SilenceCommands(parsed.GetValue(silence), parsed.GetValue(release), TimeProvider.System);
            var migration = new MigrationOptions
            {
                TargetHost = parsed.GetValue(host)!,
                Mode = parsed.GetValue(mode) switch
                {
                    "precopy" => MigrationMode.Precopy,
                    "postcopy" => MigrationMode.Postcopy,
                    var other => throw new ControlException(ExitCode.Usage, $"--mode: '{other}' is not known. Give precopy or postcopy."),
                },
                BandwidthBytesPerSecondMax = parsed.GetValue(bandwidth) is { } rate ? VmOptions.BytesPerSecond(rate, "--bandwidth") : null,
                HeldBandwidthBytesPerSecondMax = parsed.GetValue(held) is { } heldRate ? VmOptions.BytesPerSecond(heldRate, "--held-bandwidth") : null,
                DowntimeLimit = VmOptions.Duration(parsed.GetValue(downtime)!, "--downtime"),
                Links = parsed.GetValue(links) switch
                {
                    "keep" => LinkTreatment.Keep,
                    "drop" => LinkTreatment.Drop,
                    var other => throw new ControlException(ExitCode.Usage, $"--links: '{other}' is not known. Give keep or drop."),
                },
                MultifdChannels = parsed.GetValue(channels),
                Deadline = VmOptions.Duration(parsed.GetValue(deadline)!, "--deadline"),
                HoldDeadline = VmOptions.Duration(parsed.GetValue(hold)!, "--hold-deadline"),
                BeforeSwitchOver = job.Silence,
                AfterSwitchOver = job.ReleaseEarlyAsync,
            };
            migration.Validate();
            string name = parsed.GetValue(guest)!;
            await using IHypervisorBackend backend = options.Open(parsed);
            if (migration.Links is LinkTreatment.Drop && !backend.Capabilities.Unplug)
                throw new HypervisorException($"the backend {backend.Name} unplugs no devices (missing capability: unplug). Nothing was started; keep the links.");
            if (parsed.GetValue(dryRun))
            {
                await RehearseAsync(backend, name, migration, options.IsJson(parsed), cancel);
                return;
            }

            MigrationResult result;
            try
            {
                result = VmCommand.WithBars(options.IsJson(parsed), tell => backend.MigrateAsync(name, migration, new Told(name, tell), cancel));
            }
            finally
            {
                await job.ReleaseAsync();
            }

            Tell(result, options.IsJson(parsed));
        });
        return command;
    }

    private static async Task RehearseAsync(IHypervisorBackend backend, string name, MigrationOptions migration, bool isJson, CancellationToken cancel)
    {
        Guest found = (await backend.GuestsAsync(cancel)).FirstOrDefault(guest => guest.Name == name) ?? throw new HypervisorException($"there is no guest '{name}'.");
        if (found.Host == migration.TargetHost) throw new HypervisorException($"guest {name} is on host {found.Host} already.");
        if (found.Condition is not (GuestCondition.Running or GuestCondition.Paused)) throw new HypervisorException($"guest {name} cannot be moved: it is {found.Condition}. {found.Remark}");
        if (isJson)
            VmCommand.Print(new JsonObject { ["guest"] = name, ["from"] = found.Host, ["to"] = migration.TargetHost, ["memoryBytes"] = found.MemoryBytes, ["isDryRun"] = true });
        else
            Console.Out.WriteLine($"would move guest {name} ({found.MemoryBytes >> 20} MiB) from host {found.Host} to host {migration.TargetHost}; nothing was done.");
    }

    private static void Tell(MigrationResult result, bool isJson)
    {
        if (isJson)
        {
            VmCommand.Print(new JsonObject
            {
                ["guest"] = result.Guest,
                ["from"] = result.From,
                ["to"] = result.To,
                ["tookMs"] = Math.Round(result.Took.TotalMilliseconds),
                ["downtimeMs"] = Math.Round(result.Downtime.TotalMilliseconds),
                ["heldForMs"] = result.HeldFor is { } held ? Math.Round(held.TotalMilliseconds) : null,
                ["sentBytes"] = result.SentBytes,
                ["wasPostcopy"] = result.WasPostcopy,
                ["remark"] = result.Remark,
            });
            return;
        }

        string heldFor = result.HeldFor is { } time ? $"; the job was held for {time.TotalMilliseconds:0} ms" : "";
        Console.Out.WriteLine(
            $"guest {result.Guest} moved from host {result.From} to host {result.To} in {result.Took.TotalMilliseconds:0} ms; it stood still for {result.Downtime.TotalMilliseconds:0} ms; "
            + $"{result.SentBytes >> 20} MiB were sent{heldFor}{(result.Remark is null ? "" : "; " + result.Remark)}");
    }

    private sealed class Told(string guest, Action<string, double> tell) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => tell(guest, value.Share);
    }
}
