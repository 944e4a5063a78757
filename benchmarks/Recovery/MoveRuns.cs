using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>Moves ranks with 256 MiB of state to a host where processes wait, and sends as many bytes over such a link.</summary>
internal static class MoveRuns
{
    private const int Moves = 4;
    private const int Others = 3;
    private const long StateBytes = 256L << 20;
    private const double BarOfRaw = 1.3;
    private const double AllowedS = 0.3;

    // 11585 x 11585 doubles are 1 GiB over four ranks; a shared directory in memory, so that no disk is measured.
    private static readonly string[] Plate = ["--rows", "11585", "--columns", "11585", "--steps", "100000000"];

    public static void Measure(BenchHosts hosts, Figures figures)
    {
        string checkpoints = $"/dev/shm/hpcvirt-bench-move-{System.Environment.ProcessId}", events = Path.Combine(hosts.Scratch, "events-move.json");
        Directory.CreateDirectory(checkpoints);
        using Process job = hosts.StartJob("openmpi", checkpoints, events, "1h", Plate, "--strategy", "standby", "--standbys", $"{Moves}");
        try
        {
            var log = new EventLogReader(events, job, BenchHosts.Deadline);
            log.AwaitNext("first-step", 0);
            List<double> stopped = [], streamed = [], raw = [], ratios = [];
            int asked = 0;
            for (int move = 0; move < Moves; move++)
            {
                raw.Add(SendRaw(hosts));
                int wentOnBefore = log.Count("rank-went-on"), movedBefore = log.Count("rank-moved");
                asked++;
                if (!hosts.TryOperate("move", $"{move}", "e", "--job", log.JobId)) break;
                streamed.Add(log.AwaitNext("rank-moved", movedBefore).Seconds);

                // Every rank that stays tells how long it stood still: from the safe point where it fell silent until it went on.
                stopped.Add(Enumerable.Range(0, Others).Max(other => log.AwaitNext("rank-went-on", wentOnBefore + other).Seconds));
                ratios.Add((stopped[^1] - AllowedS) / raw[^1]);
            }

            figures.Say($"{stopped.Count} of {asked} moves held{(stopped.Count < asked ? "; the last one became a relaunch" : "")}");
            figures.Add("move_raw_send_s", double.NaN, raw, against: "256 MiB over the same link");
            figures.Add("move_stream_s", double.NaN, streamed, against: "the state on its way, checksums included");
            figures.Add("move_stopped_s", double.NaN, stopped, against: "how long the ranks that stayed stood still");
            figures.Add("move_ratio", BarOfRaw, ratios, "", "(stopped - 0.3 s) / raw send");
        }
        finally
        {
            hosts.Down();
            if (!job.WaitForExit(TimeSpan.FromSeconds(20))) job.Kill(entireProcessTree: true);
            Directory.Delete(checkpoints, recursive: true);
        }
    }

    private static double SendRaw(BenchHosts hosts)
    {
        string self = System.Environment.ProcessPath!;
        using Process receiver = Read(hosts, "e", self, "receive");
        if (receiver.StandardOutput.ReadLine() != "listening") throw new InvalidOperationException("the receiver of the raw bytes did not start");
        using Process sender = Read(hosts, "b", self, "send", "e", StateBytes.ToString(CultureInfo.InvariantCulture));
        string said = sender.StandardOutput.ReadToEnd();
        if (!sender.WaitForExit(BenchHosts.Deadline) || sender.ExitCode != 0) throw new InvalidOperationException("the raw bytes were not sent");
        return double.Parse(said, CultureInfo.InvariantCulture);
    }

    private static Process Read(BenchHosts hosts, string host, params string[] command) => hosts.StartOn(host, isRead: true, command);
}
