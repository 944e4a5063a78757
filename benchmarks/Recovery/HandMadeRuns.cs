using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>Kills ranks of <see cref="HandMade"/> and waits for the first step after each recovery.</summary>
internal static class HandMadeRuns
{
    /// <summary>The same pause before each kill, by hand and not: what a program does in its first second is no part of a recovery.</summary>
    public static readonly TimeSpan BeforeKill = TimeSpan.FromSeconds(1);

    private const int JobsMax = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>So many recoveries. One that hangs ends its job, and another job is started: written by hand, nothing else would help.</summary>
    public static List<double> Measure(BenchHosts hosts, int kills, Figures figures)
    {
        var seconds = new List<double>();
        int jobs = 0;
        while (seconds.Count < kills && jobs < JobsMax)
        {
            hosts.Up();
            RunJob(hosts, kills, seconds);
            hosts.Down();
            jobs++;
        }

        if (jobs > 1 || seconds.Count < kills) figures.Say($"by hand: {seconds.Count} recoveries held, {(seconds.Count < kills ? jobs : jobs - 1)} hung");
        return seconds;
    }

    private static void RunJob(BenchHosts hosts, int kills, List<double> seconds)
    {
        string place = Path.Combine(hosts.Scratch, "hand-made");
        if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
        Directory.CreateDirectory(place);
        using Process job = hosts.StartPlain(System.Environment.ProcessPath!, "hand-made", place);
        try
        {
            for (int kill = 1; seconds.Count < kills; kill++)
            {
                // Rank 0 tells of steps, and is let live.
                int lost = 1 + (kill % 3);
                for (int rank = 0; rank < 4; rank++) Await(job, Path.Combine(place, $"state-{rank}"));
                Thread.Sleep(BeforeKill);
                int pid = int.Parse(File.ReadAllText(Path.Combine(place, $"pid-{lost}")), CultureInfo.InvariantCulture);
                DateTimeOffset killedAt = DateTimeOffset.UtcNow;
                using (var rank = Process.GetProcessById(pid)) rank.Kill();
                File.WriteAllText(Path.Combine(place, "loss.part"), lost.ToString(CultureInfo.InvariantCulture));
                File.Move(Path.Combine(place, "loss.part"), Path.Combine(place, $"lost-{kill}"));
                string stepped = Path.Combine(place, $"stepped-{kill}");
                Await(job, stepped);
                seconds.Add((new DateTimeOffset(long.Parse(File.ReadAllText(stepped), CultureInfo.InvariantCulture), TimeSpan.Zero) - killedAt).TotalSeconds);
            }
        }
        catch (TimeoutException)
        {
            // It hangs.
        }
        finally
        {
            job.Kill(entireProcessTree: true);
        }
    }

    private static void Await(Process job, string path)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (!File.Exists(path))
        {
            if (job.HasExited) throw new InvalidOperationException($"the job written by hand ended with {job.ExitCode} while {path} was awaited");
            if (Stopwatch.GetElapsedTime(startedAt) > Deadline) throw new TimeoutException($"{path} did not come");
            Thread.Sleep(Interval);
        }
    }
}
