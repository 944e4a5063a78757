using System;
using System.IO;
using System.Linq;
using HpcVirt.Mpi.Resilience;
using MPI;

namespace HpcVirt.Crash;

/// <summary>
/// A job that checkpoints back to back, and whose whole state is a function of rank, step and place: every value is checked at every step, so a
/// value of another step, of another rank, or half of one, is found at once.
/// </summary>
internal static class CheckedJob
{
    private const int Elements = 1 << 17;

    // Kills come sooner than a commit, often several times in a row: no checkpoint is under suspicion here.
    public static int Run(string log) => ResilientJob.Run([], new ResilientOptions { Program = "crash", Interval = CheckpointInterval.EverySteps(1), StartsPerVersion = 0 }, job =>
    {
        int rank = job.World.Rank;
        using var state = new MpiBuffer<ulong>(Elements);
        long count = 0;
        job.Protect<ulong>("state", () => state.Memory);
        job.Protect("count", () => count, value => count = value);
        long first = job.Restore();
        if (first == 0) Fill(state.Span, rank, 0);
        Check(state.Span, rank, first, count);

        // Known to be right on all ranks: only from here on may this start be killed. One rank writes for all, for appends of two processes may meet.
        int[]? processes = job.World.Gather(System.Environment.ProcessId, 0);
        if (processes is not null) File.AppendAllText(log, string.Concat(processes.Select((process, owner) => $"{owner} {process} {first}\n")));
        foreach (long step in job.Steps(long.MaxValue / 2))
        {
            Check(state.Span, rank, step, count);
            count = step + 1;

            // Part of the pages each time, so that pages of several versions meet in one slot.
            Fill(state.Span, rank, step + 1);
        }
    });

    private static void Fill(Span<ulong> state, int rank, long step)
    {
        for (int i = 0; i < state.Length; i++)
        {
            ulong value = Value(rank, step, i);
            if (state[i] != value) state[i] = value;
        }
    }

    private static void Check(ReadOnlySpan<ulong> state, int rank, long step, long count)
    {
        if (count != step) throw new InvalidOperationException($"WRONG: rank {rank} counts {count} at step {step}");
        for (int i = 0; i < state.Length; i++)
        {
            if (state[i] != Value(rank, step, i)) throw new InvalidOperationException($"WRONG: rank {rank}, step {step}: element {i} is {state[i]:x}");
        }
    }

    /// <summary>Every eighth page takes a new value at each step; the others change when their turn comes.</summary>
    private static ulong Value(int rank, long step, int index)
    {
        long page = index / 512;
        long turn = (step + page) / 8;
        ulong mixed = ((ulong)rank << 56) ^ ((ulong)turn << 24) ^ (ulong)index;
        mixed = (mixed ^ (mixed >> 31)) * 0x9E3779B97F4A7C15UL;
        return mixed ^ (mixed >> 29);
    }
}
