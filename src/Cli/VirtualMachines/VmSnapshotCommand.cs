using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using HpcVirt.Control.Processes;
using HpcVirt.Hypervisor;

namespace HpcVirt.Cli.VirtualMachines;

/// <summary><c>hpcvirt vm snapshot</c>.</summary>
internal static class VmSnapshotCommand
{
    public static Command Create(VmOptions options)
    {
        Option<string> sets = VmOptions.Sets();
        var guests = new Option<string[]>("--guest") { Description = "A guest of the set. May be given several times. Left out: all.", HelpName = "GUEST", DefaultValueFactory = _ => [] };
        var compress = new Option<string>("--compress") { Description = "none, lz4 or zstd.", HelpName = "HOW", DefaultValueFactory = _ => "none" };
        var quiesced = new Option<bool>("--quiesced") { Description = "The job is silent, and stays so until this returns." };
        var background = new Option<bool>("--background") { Description = "With --quiesced or --silence: the guests work on while they are saved." };
        var silenceJob = new Option<string?>("--silence") { Description = "With --background: a shell command that silences the job, run when all is ready.", HelpName = "COMMAND" };
        var releaseJob = new Option<string?>("--release") { Description = "A shell command that lets the job go on, run as soon as it may.", HelpName = "COMMAND" };
        var hold = new Option<string>("--hold-deadline") { Description = "How long the job may take to fall silent, and be held.", HelpName = "DURATION", DefaultValueFactory = _ => "30s" };
        Option<string> deadline = VmOptions.Deadline();
        Option<bool> dryRun = VmOptions.DryRun();
        var command = new Command("snapshot", VmTexts.Snapshot) { sets, guests, compress, quiesced, background, silenceJob, releaseJob, hold, deadline, dryRun };
        VmCommand.SetAction(command, async (parsed, cancel) =>
        {
            var job = new SilenceCommands(parsed.GetValue(silenceJob), parsed.GetValue(releaseJob), TimeProvider.System);
            var snapshot = new SnapshotOptions
            {
                Guests = parsed.GetValue(guests)!,
                Compression = VmOptions.Compression(parsed.GetValue(compress)!),
                Silence = parsed.GetValue(quiesced) ? SetSilence.Quiesced : SetSilence.Held,
                InBackground = parsed.GetValue(background),
                SilenceJob = job.Silence,
                ReleaseJob = job.ReleaseAsync,
                HoldDeadline = VmOptions.Duration(parsed.GetValue(hold)!, "--hold-deadline"),
                Deadline = VmOptions.Duration(parsed.GetValue(deadline)!, "--deadline"),
            };
            await using IHypervisorBackend backend = options.Open(parsed);
            bool isJson = options.IsJson(parsed);
            if (parsed.GetValue(dryRun))
            {
                IReadOnlyList<Guest> known = await backend.GuestsAsync(cancel);
                Guest[] chosen = [.. known.Where(guest => snapshot.Guests.Count == 0 || snapshot.Guests.Contains(guest.Name))];
                if (isJson)
                    VmCommand.Print(new JsonObject { ["guests"] = new JsonArray([.. chosen.Select(static guest => (JsonNode)guest.Name)]), ["memoryBytes"] = chosen.Sum(static guest => guest.MemoryBytes), ["isDryRun"] = true });
                else
                    Console.Out.WriteLine($"would save {string.Join(", ", chosen.Select(static guest => $"{guest.Name} ({guest.Condition} on {guest.Host ?? "no host"})"))}, {chosen.Sum(static guest => guest.MemoryBytes) >> 20} MiB at most; nothing was done.");
                return;
            }

            var maker = new SetSnapshot(backend, new GuestSetDirectory(parsed.GetValue(sets)!), TimeProvider.System);
            SnapshotResult result = VmCommand.WithBars(isJson, tell => maker.RunAsync(snapshot, tell, cancel));
            long bytes = result.Set.Guests.Sum(static guest => guest.LengthBytes), diskBytes = result.Set.Guests.Sum(static guest => guest.Disks.Sum(static disk => disk.LengthBytes));
            foreach (string remark in result.Remarks) Console.Error.WriteLine($"hpcvirt: {remark}");
            if (isJson)
            {
                VmCommand.Print(new JsonObject
                {
                    ["set"] = result.Set.Number,
                    ["path"] = result.Path,
                    ["guests"] = new JsonArray([.. result.Set.Guests.Select(static guest => (JsonNode)guest.Name)]),
                    ["bytes"] = bytes,
                    ["diskBytes"] = diskBytes,
                    ["stoodStillMs"] = result.StoodStillFor is { } still ? Math.Round(still.TotalMilliseconds, 1) : null,
                    ["stopMs"] = Math.Round(result.StopTook.TotalMilliseconds, 1),
                    ["saveMs"] = Math.Round(result.SaveTook.TotalMilliseconds, 1),
                    ["commitMs"] = Math.Round(result.CommitTook.TotalMilliseconds, 1),
                    ["disksMs"] = Math.Round(result.DisksTook.TotalMilliseconds, 1),
                    ["remarks"] = new JsonArray([.. result.Remarks.Select(static remark => (JsonNode)remark)]),
                });
                return;
            }

            string stood = result.StoodStillFor is { } silent && snapshot.InBackground
                ? $"the job was silent for {silent.TotalMilliseconds:0} ms, and worked on while they were saved, {result.SaveTook.TotalMilliseconds:0} ms"
                : result.StoodStillFor is { } time
                ? $"they stood still for {time.TotalMilliseconds:0} ms (stop all {result.StopTook.TotalMilliseconds:0} ms, save all {result.SaveTook.TotalMilliseconds:0} ms)"
                : $"they worked on while they were saved, {result.SaveTook.TotalMilliseconds:0} ms";
            Console.Out.WriteLine(
                $"set {result.Set.Number}: {result.Set.Guests.Count} guests, {bytes >> 20} MiB in {result.Path}{(diskBytes == 0 ? "" : $", disks of {diskBytes >> 20} MiB")}; {stood}; {(diskBytes == 0 ? "" : "copies of disks, ")}checksums and commit took {result.CommitTook.TotalMilliseconds:0} ms more");
        });
        return command;
    }
}
