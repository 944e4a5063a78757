using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

namespace HpcVirt.Soak;

/// <summary>
/// Hurts the job, waits until it is well, and so on; every third time it does not wait. At the end the job runs out, and its result is compared bit
/// for bit with an unbroken run; nothing may be left behind.
/// </summary>
internal sealed class SoakDriver(SoakJob job, SoakHosts hosts, int faults, int seed, TextWriter output)
{
    private const long Endless = 1_000_000_000;
    private const int StepDelayMs = 2;

    /// <summary>The stop of the job with the code on which a scheduler starts it again, and the one without a checkpoint since it was asked.</summary>
    private static readonly int[] StoppedCodes = [75, 76];

    private static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Random _random = new(seed);
    private readonly List<Action> _undo = [];
    private readonly List<double> _recoveries = [];
    private long _promised = -1;
    private long _seenRestored;

    public int Run()
    {
        output.WriteLine($"soak: {faults} faults, seed {seed}, 4 ranks on hosts {string.Join(' ', SoakHosts.Regular)}, spares {string.Join(' ', SoakHosts.Spare)}, lost ranks are {(job.IsRepairedInJob ? "replaced within the job" : "answered by a relaunch")}");
        var choice = new Faults(job, hosts, _random);
        if (choice.LeftOut.Length > 0) output.WriteLine($"soak: left out: {choice.LeftOut}");
        job.Start(Endless, StepDelayMs);
        if (!AwaitWell([])) return 1;
        for (int number = 1; number <= faults;)
        {
            bool isDouble = false;
            var done = new List<Done>();
            do
            {
                int from = job.Events().Count;
                Fault fault = choice.Next();
                output.Write($"{number,5}  {(isDouble ? "meanwhile " : "")}{fault.What}");
                number++;
                if (fault.Undo is not null) _undo.Add(fault.Undo);
                done.Add(new Done(fault.Victim, from));
                if (fault.EndsSupervisor)
                {
                    if (!StartAgain()) return 1;

                    // The new one knows nothing of what happened to the old one's ranks.
                    done = [.. done.Select(static one => new Done(one.Victim, 0))];
                }

                isDouble = number <= faults && _random.Next(3) == 0;
                if (!isDouble) break;
                output.WriteLine();
                Thread.Sleep(TimeSpan.FromSeconds(2.5 * _random.NextDouble()));
            }
            while (true);

            if (!AwaitWell(done)) return 1;
            foreach (Action undo in _undo) undo();
            _undo.Clear();
            if (!AreGone(done)) return 1;
        }

        return Finish();
    }

    /// <summary>Nobody whose place was given away may live on: who was out of reach or stopped is back now, and has to end itself.</summary>
    private bool AreGone(List<Done> done) =>
        SpinWait.SpinUntil(() => !done.Any(static one => one.Victim != 0 && SoakJob.IsAlive(one.Victim)), TimeSpan.FromSeconds(30))
        || Fail($"process {done.First(static one => one.Victim != 0 && SoakJob.IsAlive(one.Victim)).Victim} lives on although its place was given away");

    /// <summary>Whether the supervisor has ended as it should; then the job is started anew, as a scheduler would.</summary>
    private bool StartAgain()
    {
        Promise();
        if (job.AwaitEnd(HangAfter) is not { } code) return Fail("the supervisor did not end");
        if (code != 137 && !StoppedCodes.Contains(code)) return Fail($"the supervisor ended with {code}");
        job.Start(Endless, StepDelayMs);
        _seenRestored = 0;
        return true;
    }

    /// <summary>Waits until checkpoints are committed again.</summary>
    private bool AwaitWell(List<Done> done)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < HangAfter)
        {
            if (job.HasEnded)
            {
                // A fault may find the supervisor without a checkpoint to go on from, or without hosts: a scheduler would start it again.
                return Fail($"\nthe supervisor ended by itself with {job.AwaitEnd(TimeSpan.FromSeconds(5))}");
            }

            IReadOnlyList<JobEvent> events = job.Events();
            if (!Keeps(events)) return false;
            if (IsWell(events, done))
            {
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (done.Count > 0)
                {
                    _recoveries.Add(seconds);
                    output.WriteLine($"; {Story(events, done[0].From)}; well after {seconds:0.0} s at step {events.Last(static e => e.Name == "checkpoint-committed").Step}");
                }

                return true;
            }

            Thread.Sleep(Interval);
        }

        return Fail($"\nthe job is not well after {HangAfter.TotalSeconds} s");
    }

    /// <summary>Who lost a rank has come back after that, and two checkpoints were committed after it all: the first may have been under way before.</summary>
    private static bool IsWell(IReadOnlyList<JobEvent> events, List<Done> done)
    {
        int back = done.Count == 0 ? -1 : done[^1].From - 1;
        for (int index = 0; index < events.Count; index++)
        {
            if (events[index].Name == "restored") back = Math.Max(back, index);
        }

        return done.All(one => one.Victim == 0 || events.Skip(one.From).Any(static e => e.Name == "restored")) && events.Skip(back + 1).Count(static e => e.Name == "checkpoint-committed") >= 2;
    }

    /// <summary>Nothing that was reported as committed may be lost.</summary>
    private bool Keeps(IReadOnlyList<JobEvent> events)
    {
        for (; _seenRestored < events.Count; _seenRestored++)
        {
            JobEvent e = events[(int)_seenRestored];
            if (e.Name == "checkpoint-committed") _promised = Math.Max(_promised, e.Step);
            if (e.Name == "restored" && e.Step < _promised) return Fail($"\nwent on from step {e.Step}, but step {_promised} had been committed");
        }

        return true;
    }

    private void Promise() => Keeps(job.Events());

    private static string Story(IReadOnlyList<JobEvent> events, int from)
    {
        var steps = new List<(string What, int Times)>();
        foreach (JobEvent e in events.Skip(from))
        {
            string what = e.Name switch
            {
                "host-lost" => $"host {e.Host} lost",
                "rank-silent" => $"rank {e.Rank} silent",
                "rank-lost" => $"rank {e.Rank} lost",
                "repair-started" => $"rank {e.Rank} replaced",
                "move-started" => $"rank {e.Rank} moved",
                "attempt-started" => $"attempt {e.Attempt}",
                "restored" => $"went on from {e.Step}",
                "checkpoint-refused" => "checkpoint refused",
                _ => "",
            };
            if (what.Length == 0) continue;
            if (steps.Count > 0 && steps[^1].What == what) steps[^1] = (what, steps[^1].Times + 1);
            else steps.Add((what, 1));
        }

        return steps.Count == 0 ? "nothing to be done" : string.Join(", ", steps.Select(static step => step.Times == 1 ? step.What : $"{step.Times} times {step.What}"));
    }

    private int Finish()
    {
        int supervisor = job.SupervisorPid();
        SoakHosts.Run("kill", ["-TERM", $"{supervisor}"]);
        Promise();
        if (job.AwaitEnd(HangAfter) is not 75) return FailFinally("the job did not stop with a checkpoint at the end");
        long steps = job.Events().Where(static e => e.Name == "checkpoint-committed").Max(static e => e.Step) + 200;
        job.Start(steps, 0);
        if (job.AwaitEnd(HangAfter) is not 0) return FailFinally("the job did not end well");
        job.RunUnbroken(steps);
        if (!job.IsBitIdentical()) return FailFinally($"the plate differs from that of an unbroken run of {steps} steps");
        string[] running = [];
        SpinWait.SpinUntil(() => (running = hosts.Running()).Length == 0, TimeSpan.FromSeconds(10));
        if (running.Length > 0) return FailFinally("processes were left behind: " + string.Join("; ", running));
        string[] left = job.Leavings();
        if (left.Length > 0) return FailFinally("files were left behind: " + string.Join(", ", left));
        double[] sorted = [.. _recoveries.Order()];
        output.WriteLine($"recoveries: median {sorted[sorted.Length / 2]:0.0} s, longest {sorted[^1]:0.0} s; {job.Starts - 2} times a new supervisor");
        output.WriteLine($"soak: bit-identical after {faults} faults and {steps} steps; nothing left behind (seed {seed})");
        return 0;
    }

    /// <summary>A fault that was done: its victim, or 0, and how many events there were before.</summary>
    private readonly record struct Done(int Victim, int From);

    private bool Fail(string why)
    {
        output.WriteLine(why);
        output.WriteLine("the supervisor's last words:");
        foreach (string line in job.Said.Split('\n').TakeLast(60)) output.WriteLine("  " + line);
        output.WriteLine("the last events:");
        foreach (JobEvent e in job.Events().TakeLast(40)) output.WriteLine("  " + e);
        output.WriteLine($"soak: FAILED (seed {seed})");
        return false;
    }

    private int FailFinally(string why) => Fail(why) ? 0 : 1;
}
