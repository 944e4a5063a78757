using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>Two ranks that have committed steps 1 to 3 and are about to save step 4, on one shared disk or on one each.</summary>
internal sealed class Scenario
{
    public const int Ranks = 2;
    public const long SafeStep = 3;
    public const long NextStep = 4;

    private readonly MemoryDisk[] _disks;

    public Scenario(bool isShared)
    {
        var first = new MemoryDisk();
        _disks = [first, isShared ? first : new MemoryDisk()];
    }

    public FaultPlan[] Plans { get; } = [new(), new()];

    /// <summary>Runs the job up to and including the save of step 4, and after a failure that is not a death, of step 5.</summary>
    public Job.Ended<SaveResult[]>[] RunInto(params (int Operation, Fault Fault)[] fates) => Job.Run(Ranks, group =>
    {
        FaultPlan plan = Plans[group.Rank];
        CheckpointStore store = Rank.Open(new FaultyDirectory(_disks[group.Rank], plan), group);
        var rank = new Rank(group.Rank);
        store.Restore(rank.Regions);
        for (long step = 1; step <= SafeStep; step++)
        {
            rank.ComputeTo(step);
            Assert.That(store.Save(step, rank.Regions).IsCommitted);
        }

        plan.Arm(fates[group.Rank].Operation, fates[group.Rank].Fault);
        var results = new List<SaveResult>();
        for (long step = NextStep; step <= NextStep + 1; step++)
        {
            rank.ComputeTo(step);
            results.Add(store.Save(step, rank.Regions));
            Last[group.Rank] = results[^1].IsCommitted ? step : Last[group.Rank];
            if (results[0].IsCommitted) break;
        }

        return results.ToArray();
    });

    /// <summary>The last step of which each rank was told that it is committed.</summary>
    public long[] Last { get; } = [SafeStep, SafeStep];

    /// <summary>The operations that a save of step 4 takes when nothing goes wrong, by rank.</summary>
    public static int[] OperationsOfOneSave(bool isShared)
    {
        var scenario = new Scenario(isShared);
        scenario.RunInto((-1, Fault.None), (-1, Fault.None));
        return [.. scenario.Plans.Select(static p => p.Operations.Count)];
    }

    /// <summary>
    /// After the crash: the job comes back at least at the last committed step, every value right; it can go on, and a second
    /// crash does no harm either. Returns what went wrong, or null.
    /// </summary>
    public string? WhatIsWrongAfter(Crash crash)
    {
        long promised = Last.Max();
        MemoryDisk[] disks = After(_disks, crash);
        Job.Ended<long>[] first = Restarted(disks, saves: true);
        if (Wrong(first) is { } wrong) return wrong;
        if (first[0].Value < promised) return $"came back at step {first[0].Value}, promised was {promised}";

        Job.Ended<long>[] second = Restarted(After(disks, Crash.LosesAllUnsynced), saves: false);
        if (Wrong(second) is { } wrongAgain) return $"second crash: {wrongAgain}";
        return second[0].Value == first[0].Value + 1 ? null : $"second crash: came back at {second[0].Value} after {first[0].Value + 1}";
    }

    private static MemoryDisk[] After(MemoryDisk[] disks, Crash crash)
    {
        MemoryDisk first = disks[0].After(crash);
        return [first, ReferenceEquals(disks[0], disks[1]) ? first : disks[1].After(crash)];
    }

    private static Job.Ended<long>[] Restarted(MemoryDisk[] disks, bool saves) => Job.Run(Ranks, group =>
    {
        CheckpointStore store = Rank.Open(new FaultyDirectory(disks[group.Rank], new FaultPlan()), group);
        var rank = new Rank(group.Rank);
        RestoreReport report = store.Restore(rank.Regions);
        if (!rank.IsAt(report.Step)) throw new InvalidOperationException($"wrong values at step {report.Step}");
        if (!saves) return report.Step;

        rank.ComputeTo(report.Step + 1);
        SaveResult saved = store.Save(report.Step + 1, rank.Regions);
        if (!saved.IsCommitted) throw new InvalidOperationException(saved.ToString());
        return report.Step;
    });

    private static string? Wrong(Job.Ended<long>[] ended) =>
        ended.FirstOrDefault(static e => e.Failure is not (null or GroupBrokenException)).Failure?.ToString()
        ?? (ended[0].Value == ended[1].Value ? null : $"ranks came back at steps {ended[0].Value} and {ended[1].Value}");
}
