using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using HpcVirt.Mpi.Resilience;
using MPI;

namespace HpcVirt.Ranks.Programs;

/// <summary>
/// A walk whose every step depends on all steps before: each rank mixes its numbers with its left neighbour's. A lost, doubled or stale step shows
/// in the last line. Faults on request: <c>die=STEP@RANK</c> (SIGKILL), <c>term=STEP@RANK</c> (SIGTERM), <c>throw=STEP@RANK</c>, <c>message=STEP</c> (sent before, received after
/// the step's safe point), <c>forget</c> (an unprotected counter), <c>size=N</c> elements; <c>files=PREFIX</c> writes a line per step and rank;
/// <c>pace=MILLISECONDS</c> per step; <c>fall=RANK</c> (SIGKILL when its body begins a second time in its process); <c>tidy</c> (a barrier of all in a finally); <c>linger=MILLISECONDS</c>, after the job's end, on the last rank only.
/// </summary>
internal static class WalkProgram
{
    private static int s_begun;

    public static int Run(string[] args)
    {
        long steps = long.Parse(Option(args, "steps") ?? "20");
        int size = int.Parse(Option(args, "size") ?? "64");
        var options = new ResilientOptions { Program = Option(args, "name") ?? "walk", Interval = CheckpointInterval.WhenAsked };
        bool isLast = false;
        int exitCode = ResilientJob.Run([], options, job =>
        {
            isLast = job.World.Rank == job.World.Size - 1;
            if (s_begun++ > 0 && Option(args, "fall") == $"{job.World.Rank}")
                Process.GetCurrentProcess().Kill();
            using Tidying? tidying = args.Contains("tidy") ? new Tidying((Intracommunicator)job.World.Clone()) : null;
            var walker = new Walker([.. Enumerable.Range(0, size).Select(index => (ulong)((job.World.Rank * 1_000_003) + index))]);
            job.Protect<ulong>("state", () => walker.State);
            using WalkFiles? files = Option(args, "files") is { } prefix ? new WalkFiles(job, prefix) : null;
            foreach (long step in job.Steps(steps))
            {
                Fault(args, job, step);
                files?.Write(step);
                Thread.Sleep(int.Parse(Option(args, "pace") ?? "0"));
                Step(job.World, walker.State, step);
                walker.Forgotten += (ulong)step;
                if (args.Contains("forget"))
                    walker.State[0] += walker.Forgotten;
                Before(args, job, step + 1);
            }

            ulong sum = walker.State.Aggregate(0UL, (hash, value) => (hash * 31) + value);
            ulong[] sums = new ulong[job.World.Size];
            job.World.Allgather<ulong>([sum], sums);
            if (job.World.Rank == 0)
                Console.WriteLine($"result {string.Join(' ', sums)}");
        });
        if (isLast && Option(args, "linger") is { } linger)
        {
            Thread.Sleep(int.Parse(linger));
            Console.WriteLine("lingered");
        }

        return exitCode;
    }

    private static void Step(Intracommunicator world, ulong[] state, long step)
    {
        int right = (world.Rank + 1) % world.Size;
        int left = (world.Rank + world.Size - 1) % world.Size;
        ulong[] theirs = new ulong[state.Length];
        world.Sendrecv<ulong>(state, right, 1, theirs, left, 1);
        for (int index = 0; index < state.Length; index++)
            state[index] = (state[index] * 6364136223846793005UL) + theirs[index] + (ulong)step;
    }

    private static void Fault(string[] args, ResilientJob job, long step)
    {
        if (Option(args, "die") == $"{step}@{job.World.Rank}" && job.IsFresh)
            Process.GetCurrentProcess().Kill();
        if (Option(args, "term") == $"{step}@{job.World.Rank}" && job.IsFresh)
            Process.Start("kill", ["-TERM", $"{System.Environment.ProcessId}"]).WaitForExit();
        if (Option(args, "throw") == $"{step}@{job.World.Rank}")
            throw new InvalidOperationException($"thrown on purpose at step {step}");
        if (Option(args, "message") == $"{step}" && job.World.Size > 1 && job.World.Rank == 1)
            job.World.Receive<int>(0, 77, new int[1]);
    }

    /// <summary>What is done at the end of a step, so that it crosses the next step's safe point.</summary>
    private static void Before(string[] args, ResilientJob job, long nextStep)
    {
        if (Option(args, "message") == $"{nextStep}" && job.World.Size > 1 && job.World.Rank == 0)
            job.World.Send<int>([1], 1, 77);
    }

    private static string? Option(string[] args, string name) =>
        args.FirstOrDefault(argument => argument.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private sealed class Tidying(Intracommunicator all) : IDisposable
    {
        public void Dispose()
        {
            all.Barrier();
            all.Dispose();
        }
    }

    private sealed class Walker(ulong[] state)
    {
        public ulong[] State { get; } = state;

        public ulong Forgotten { get; set; }
    }
}
