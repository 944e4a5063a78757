using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>
/// One long job per MPI; again and again one of its ranks is killed, and in the end one of its hosts is cut off. Times are from the fault to the
/// events in the supervisor's log; ranks report steps at most every 250 ms, so the last part is up to that much too long.
/// </summary>
internal sealed class RecoveryBench(string hpcvirt, string stencil, string cluster, string scratch, string only)
{
    private const int Kills = 5;
    private const double RelaunchBarS = 4;
    private const double InJobBarS = 2;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly string[] Hosts = ["a", "b", "c", "d"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Name, double Bar, double[] Runs)> _figures = [];

    public int Run(string? json, TextWriter output, TextWriter error)
    {
        output.WriteLine($"{"figure",-32} {"value",7}  {"bar",6}  {"verdict",-7}  spread");
        string place = Path.Combine(scratch, "cluster");
        try
        {
            foreach (string mpi in (string[])["openmpi", "mpich"])
            {
                if (!$"_{mpi}".Contains(only, StringComparison.Ordinal) && !"relaunch".Contains(only, StringComparison.Ordinal) && only.Length > 0) continue;
                Shell("bash", cluster, "up", place, "head", Hosts[0], Hosts[1], Hosts[2], Hosts[3], "e");
                Measure(mpi, place, output);
                Shell("bash", cluster, "down", place);
            }

            if (only.Length == 0 || "injob_s".Contains(only, StringComparison.Ordinal))
            {
                Shell("bash", cluster, "up", place, "head", Hosts[0], Hosts[1], Hosts[2], Hosts[3], "e");
                MeasureRepairs(place, output);
            }
        }
        catch (Exception reason) when (reason is InvalidOperationException or TimeoutException or IOException)
        {
            error.WriteLine($"bench: {reason.Message}");
            return 1;
        }
        finally
        {
            Shell("bash", cluster, "down", place);
        }

        output.WriteLine($"{_figures.Count(static f => Passes(f))} of {_figures.Count} figures keep to their bar");
        if (json is null) return 0;
        var document = new
        {
            figures = _figures.Select(static f => new { name = f.Name, value = Median(f.Runs), unit = "s", against = "the fault", runs = f.Runs }),
        };
        File.WriteAllText(json + ".part", JsonSerializer.Serialize(document, Indented) + "\n");
        File.Move(json + ".part", json, overwrite: true);
        return 0;
    }

    /// <summary>The same job, whose ranks take in replacements. A repair that did not hold and became a relaunch counts with its whole time.</summary>
    private void MeasureRepairs(string place, TextWriter output)
    {
        string events = Path.Combine(scratch, "events-injob.json");
        using Process job = StartJob("openmpi", "injob", place, events, "--strategy", "spawn");
        try
        {
            var log = new EventLogReader(events, job, Deadline);
            List<double> whole = [], detect = [], rebuild = [], restore = [], step = [];
            int held = 0;
            for (int kill = 0; kill < Kills; kill++)
            {
                int attempt = log.AwaitCommitted();
                int lostBefore = log.Count("rank-lost"), connectedBefore = log.Count("rank-connected"), restoredBefore = log.Count("restored"), stepsBefore = log.Count("first-step");
                Event rank = log.Living(attempt)[kill % Hosts.Length];
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

            Say("injob_s", InJobBarS, whole, output);
            Say("injob_detect_s", double.NaN, detect, output);
            if (held > 0)
            {
                Say("injob_rebuild_s", double.NaN, rebuild, output);
                Say("injob_restore_s", double.NaN, restore, output);
                Say("injob_first_step_s", double.NaN, step, output);
            }

            output.WriteLine($"{held} of {Kills} repairs held; the others became relaunches");
        }
        finally
        {
            Shell("bash", cluster, "down", place);
            if (!job.WaitForExit(TimeSpan.FromSeconds(20))) job.Kill(entireProcessTree: true);
        }
    }

    private void Measure(string mpi, string place, TextWriter output)
    {
        string events = Path.Combine(scratch, $"events-{mpi}.json");
        using Process job = StartJob(mpi, mpi, place, events);
        try
        {
            var log = new EventLogReader(events, job, Deadline);
            List<double> whole = [], detect = [], end = [], start = [], restore = [], step = [];
            for (int kill = 0; kill < Kills; kill++)
            {
                int attempt = log.AwaitCommitted();
                Event rank = log.Connected(attempt)[kill % Hosts.Length];
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

            Say($"relaunch_s_{mpi}", RelaunchBarS, whole, output);
            Say($"relaunch_detect_s_{mpi}", double.NaN, detect, output);
            Say($"relaunch_end_and_pause_s_{mpi}", double.NaN, end, output);
            Say($"relaunch_start_s_{mpi}", double.NaN, start, output);
            Say($"relaunch_restore_s_{mpi}", double.NaN, restore, output);
            Say($"relaunch_first_step_s_{mpi}", double.NaN, step, output);

            int last = log.AwaitCommitted();
            DateTimeOffset cutAt = DateTimeOffset.UtcNow;
            Shell("bash", cluster, "cut", place, Hosts[1]);
            Say($"relaunch_after_cut_s_{mpi}", double.NaN, [(log.Await(last + 1, "first-step", 1)[0].Time - cutAt).TotalSeconds], output);
        }
        finally
        {
            Shell("bash", cluster, "down", place);
            if (!job.WaitForExit(TimeSpan.FromSeconds(20))) job.Kill(entireProcessTree: true);
        }
    }

    private Process StartJob(string mpi, string name, string place, string events, params string[] options)
    {
        string launcher = mpi == "openmpi"
            ? $"--mca plm_rsh_agent {place}/agent --mca plm_rsh_no_tree_spawn 1 --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 --mca mpi_yield_when_idle 1"
            : $"-launcher ssh -launcher-exec {place}/agent -iface eth0";
        return Start("bash", [
            cluster, "in", place, "head", "env", "HPCVIRT_INTERVAL=500ms", "UCX_TLS=tcp,self,sm", "UCX_NET_DEVICES=eth0",
            "dotnet", hpcvirt, "run", "-n", "4", "--mpi", mpi, "--hosts", string.Join(',', Hosts), "--spares", "e", "--restarts", "50", .. options,
            "--checkpoints", Path.Combine(scratch, $"checkpoints-{name}"), "--json-log", events, "--launcher-args", launcher,
            "--", stencil, "--rows", "400", "--columns", "600", "--steps", "100000000",
        ]);
    }

    private void Say(string name, double bar, List<double> runs, TextWriter output)
    {
        (string Name, double Bar, double[] Runs) figure = (name, bar, [.. runs]);
        _figures.Add(figure);
        string verdict = double.IsNaN(bar) ? "" : Passes(figure) ? "passes" : "MISSES";
        output.WriteLine($"{name,-32} {Median(figure.Runs),7:F3}  {(double.IsNaN(bar) ? "" : $"<={bar:F2}"),6}  {verdict,-7}  {runs.Min():F3} .. {runs.Max():F3}");
        output.Flush();
    }

    private static bool Passes((string Name, double Bar, double[] Runs) figure) => double.IsNaN(figure.Bar) || Median(figure.Runs) <= figure.Bar;

    private static double Median(double[] runs) => runs.Order().ElementAt(runs.Length / 2);

    private static void Shell(params string[] command)
    {
        using Process process = Start(command[0], command[1..]);
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"'{string.Join(' ', command)}' did not end");
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {process.ExitCode}");
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;

        // Read and dropped, or a full pipe would stop the job; what matters is in its event log.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
