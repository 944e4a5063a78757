using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>
/// One long job per MPI; again and again one of its ranks is killed, and in the end one of its hosts is cut off. Times are from the fault to the
/// events in the supervisor's log; the first step after a restore is reported at once.
/// </summary>
internal sealed class RecoveryBench(string hpcvirt, string stencil, string cluster, string scratch, string only)
{
    private const int Kills = 5;
    private const double RelaunchBarS = 4;
    private const double InJobBarS = 2;
    private const double InJobBarOfHandMade = 1.5;

    private static readonly string[] Plate = ["--rows", "400", "--columns", "600", "--steps", "100000000"];

    private readonly BenchHosts _hosts = new(hpcvirt, stencil, cluster, scratch);

    public int Run(string? json, TextWriter output, TextWriter error)
    {
        var figures = new Figures(output);
        figures.SayHead();
        try
        {
            foreach (string mpi in (string[])["openmpi", "mpich"])
            {
                if (!Wants($"relaunch_s_{mpi}")) continue;
                _hosts.Up();
                Measure(mpi, figures);
                _hosts.Down();
            }

            if (Wants("injob_s") || Wants("injob_ratio"))
            {
                List<double> byHand = HandMadeRuns.Measure(_hosts, Kills, figures);
                _hosts.Up();
                MeasureRepairs(figures, byHand, "injob", "--strategy", "standby", "--standbys", $"{Kills}");
                _hosts.Up();
                MeasureRepairs(figures, byHand, "injob_spawn", "--strategy", "spawn");
            }

            if (Wants("move_ratio"))
            {
                _hosts.Up();
                MoveRuns.Measure(_hosts, figures);
            }
        }
        catch (Exception reason) when (reason is InvalidOperationException or TimeoutException or IOException)
        {
            error.WriteLine($"bench: {reason.Message}");
            return 1;
        }
        finally
        {
            _hosts.Down();
        }

        figures.Close(json);
        return 0;
    }

    private bool Wants(string figure) => figure.Contains(only, StringComparison.Ordinal);

    /// <summary>The same job, whose ranks take in replacements. A repair that did not hold and became a relaunch counts with its whole time.</summary>
    private void MeasureRepairs(Figures figures, List<double> byHand, string name, params string[] strategy)
    {
        string events = Path.Combine(scratch, $"events-{name}.json");
        using Process job = _hosts.StartJob("openmpi", Path.Combine(scratch, $"checkpoints-{name}"), events, "500ms", Plate, strategy);
        try
        {
            var log = new EventLogReader(events, job, BenchHosts.Deadline);
            List<double> whole = [], detect = [], rebuild = [], restore = [], step = [];
            int held = 0;
            for (int kill = 0; kill < Kills; kill++)
            {
                Thread.Sleep(HandMadeRuns.BeforeKill);
                int attempt = log.AwaitCommitted();
                int lostBefore = log.Count("rank-lost"), connectedBefore = log.Count("rank-connected"), restoredBefore = log.Count("restored"), stepsBefore = log.Count("first-step");
                Event rank = log.Living(attempt)[kill % BenchHosts.Names.Length];
                DateTimeOffset killedAt = DateTimeOffset.UtcNow;
                Process.GetProcessById(rank.Pid).Kill();
                DateTimeOffset stepped = log.AwaitNext("first-step", stepsBefore).Time, lost = log.AwaitNext("rank-lost", lostBefore).Time;
                whole.Add((stepped - killedAt).TotalSeconds);
                detect.Add((lost - killedAt).TotalSeconds);
                if (log.Newest() != attempt) continue;
                held++;
                DateTimeOffset connected = log.AwaitNext("rank-connected", connectedBefore).Time, restored = log.AwaitNext("restored", restoredBefore).Time;
                rebuild.Add((connected - lost).TotalSeconds);
                restore.Add((restored - connected).TotalSeconds);
                step.Add((stepped - restored).TotalSeconds);
            }

            if (name == "injob") figures.Add("hand_made_s", double.NaN, byHand, against: "the fault; the same steps written by hand, told of the loss at once");
            if (byHand.Count > 0) figures.Add($"{name}_ratio", name == "injob" ? InJobBarOfHandMade : double.NaN, [.. whole.Select(w => w / Figures.Median(byHand))], "", "hand_made_s");
            figures.Add($"{name}_s", InJobBarS, whole);
            figures.Add($"{name}_detect_s", double.NaN, detect);
            if (held > 0)
            {
                figures.Add($"{name}_rebuild_s", double.NaN, rebuild);
                figures.Add($"{name}_restore_s", double.NaN, restore);
                figures.Add($"{name}_first_step_s", double.NaN, step);
            }

            figures.Say($"{name}: {held} of {Kills} repairs held; the others became relaunches");
        }
        finally
        {
            _hosts.Down();
            if (!job.WaitForExit(TimeSpan.FromSeconds(20))) job.Kill(entireProcessTree: true);
        }
    }

    private void Measure(string mpi, Figures figures)
    {
        string events = Path.Combine(scratch, $"events-{mpi}.json");
        using Process job = _hosts.StartJob(mpi, Path.Combine(scratch, $"checkpoints-{mpi}"), events, "500ms", Plate);
        try
        {
            var log = new EventLogReader(events, job, BenchHosts.Deadline);
            List<double> whole = [], detect = [], end = [], start = [], restore = [], step = [];
            for (int kill = 0; kill < Kills; kill++)
            {
                int attempt = log.AwaitCommitted();
                Event rank = log.Connected(attempt)[kill % BenchHosts.Names.Length];
                DateTimeOffset killedAt = DateTimeOffset.UtcNow;
                Process.GetProcessById(rank.Pid).Kill();
                DateTimeOffset lost = log.Await(attempt, "rank-lost", 1)[0].Time, begun = log.Await(attempt + 1, "attempt-started", 1)[0].Time;
                DateTimeOffset connected = log.Await(attempt + 1, "rank-connected", 4)[3].Time, restored = log.Await(attempt + 1, "restored", 1)[0].Time;
                DateTimeOffset stepped = log.Await(attempt + 1, "first-step", 1)[0].Time;
                whole.Add((stepped - killedAt).TotalSeconds);
                detect.Add((lost - killedAt).TotalSeconds);
                end.Add((begun - lost).TotalSeconds);
                start.Add((connected - begun).TotalSeconds);
                restore.Add((restored - connected).TotalSeconds);
                step.Add((stepped - restored).TotalSeconds);
            }

            figures.Add($"relaunch_s_{mpi}", RelaunchBarS, whole);
            figures.Add($"relaunch_detect_s_{mpi}", double.NaN, detect);
            figures.Add($"relaunch_end_and_pause_s_{mpi}", double.NaN, end);
            figures.Add($"relaunch_start_s_{mpi}", double.NaN, start);
            figures.Add($"relaunch_restore_s_{mpi}", double.NaN, restore);
            figures.Add($"relaunch_first_step_s_{mpi}", double.NaN, step);

            int last = log.AwaitCommitted();
            DateTimeOffset cutAt = DateTimeOffset.UtcNow;
            _hosts.Cut(BenchHosts.Names[1]);
            figures.Add($"relaunch_after_cut_s_{mpi}", double.NaN, [(log.Await(last + 1, "first-step", 1)[0].Time - cutAt).TotalSeconds]);
        }
        finally
        {
            _hosts.Down();
            if (!job.WaitForExit(TimeSpan.FromSeconds(20))) job.Kill(entireProcessTree: true);
        }
    }
}
