using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>
/// Two ranks, each on a host of its own, that have committed steps 1 to 3 in memory, with a shared disk behind it, and are about to stage step 4.
/// </summary>
internal sealed class StagedScenario(RedundancyScheme scheme) : IDisposable
{
    public const int Ranks = 2;
    public const long SafeStep = 3;
    public const long NextStep = 4;

    private readonly Nodes _nodes = new(Ranks, new StagedOptions { Program = "heat", Scheme = scheme }) { Elements = 600 };
    private MemoryDisk _shared = new();

    public FaultPlan[] Plans { get; } = [new(), new()];

    /// <summary>The last step of which each rank was told that it is committed in memory, and on the shared disk.</summary>
    public long[] LastInMemory { get; } = [SafeStep, SafeStep];

    public long[] LastShared { get; } = [SafeStep, SafeStep];

    /// <summary>The operations of one checkpoint, by rank: those on the memory tier and then those on the shared disk.</summary>
    public static string[][] OperationsOfOneSave(RedundancyScheme scheme)
    {
        using var scenario = new StagedScenario(scheme);
        scenario.RunInto(rank: -1, 0, Fault.None);
        return [.. scenario.Plans.Select(static p => p.Operations.ToArray())];
    }

    /// <summary>Runs the job up to and including the checkpoint of step 4, which one fault meets, and after a failure that is no death, of step 5.</summary>
    public Job.Ended<SaveOutcome[]>[] RunInto(int rank, int operation, Fault fault) => Job.Run(Ranks, group =>
    {
        FaultPlan plan = Plans[group.Rank];
        using StagedStore store = Open(group, plan);
        var mine = new Rank(group.Rank, _nodes.Elements);
        store.Restore(mine.Regions);
        for (long step = 1; step <= SafeStep; step++)
        {
            if (!Take(store, mine, step, out _)) throw new InvalidOperationException($"step {step} was not committed");
            store.Drain();
            store.TakeResults();
        }

        plan.Arm(rank == group.Rank ? operation : -1, fault);
        var outcomes = new List<SaveOutcome>();
        for (long step = NextStep; step <= NextStep + 1; step++)
        {
            bool isCommitted = Take(store, mine, step, out SaveResult result);
            outcomes.Add(result.Outcome);
            if (isCommitted) LastInMemory[group.Rank] = step;
            try
            {
                store.Drain();
            }
            finally
            {
                // Also what was committed before the rank fell: it may have been told.
                if (store.TakeResults().Any(static r => r.Tier == "shared" && r.Result.IsCommitted)) LastShared[group.Rank] = step;
            }

            if (isCommitted) break;
        }

        return outcomes.ToArray();
    });

    /// <summary>The processes are gone, memory is still there. Returns what is wrong, or null.</summary>
    public string? WhatIsWrongAfterTheProcessesDied() => WhatIsWrong(LastInMemory.Max());

    /// <summary>The rank that fell has taken its host along, memory and all.</summary>
    public string? WhatIsWrongAfterTheHostDied()
    {
        _nodes.Lose(Array.FindIndex(Plans, static p => p.IsDead));
        return WhatIsWrong(LastInMemory.Max());
    }

    /// <summary>All hosts have lost power: memory is gone, and the shared disk has kept what the crash leaves.</summary>
    public string? WhatIsWrongAfterPowerWasLost(Crash crash)
    {
        for (int rank = 0; rank < Ranks; rank++) _nodes.Lose(rank);
        _shared = _shared.After(crash);
        return WhatIsWrong(LastShared.Max());
    }

    /// <summary>The step at which the job comes back.</summary>
    public long StepAfter(bool isMemoryLost)
    {
        for (int rank = 0; isMemoryLost && rank < Ranks; rank++) _nodes.Lose(rank);
        Job.Ended<long>[] ended = Restarted(saves: false);
        return Wrong(ended) is { } wrong ? throw new InvalidOperationException(wrong) : ended[0].Value;
    }

    public void Dispose() => _nodes.Dispose();

    private static bool Take(StagedStore store, Rank rank, long step, out SaveResult result)
    {
        rank.ComputeTo(step);
        StageReport staged = store.Stage(step, rank.Regions);

        // The program goes on at once.
        rank.ComputeTo(step + 100);
        result = store.AwaitCommit(staged.Version);
        return result.IsCommitted;
    }

    private StagedStore Open(ICheckpointGroup group, FaultPlan plan) => StagedStore.Open(
        new FaultySlots(new MemoryDirectory(_nodes.Node(group.Rank)), plan),
        [new TierOptions("shared", new FaultyDirectory(_shared, plan))],
        group, _nodes.Options with { Deadline = _nodes.Deadline }, Guid.NewGuid, TimeProvider.System);

    private string? WhatIsWrong(long promised)
    {
        Job.Ended<long>[] first = Restarted(saves: true);
        if (Wrong(first) is { } wrong) return wrong;
        if (first[0].Value < promised) return $"came back at step {first[0].Value}, promised was {promised}";
        Job.Ended<long>[] second = Restarted(saves: false);
        if (Wrong(second) is { } wrongAgain) return $"second crash: {wrongAgain}";
        return second[0].Value == first[0].Value + 1 ? null : $"second crash: came back at {second[0].Value} after {first[0].Value + 1}";
    }

    private Job.Ended<long>[] Restarted(bool saves) => Job.Run(Ranks, group =>
    {
        using StagedStore store = Open(group, new FaultPlan());
        var rank = new Rank(group.Rank, _nodes.Elements);
        RestoreReport report = store.Restore(rank.Regions);
        if (!rank.IsAt(report.Step)) throw new InvalidOperationException($"wrong values at step {report.Step}");
        if (saves && !Take(store, rank, report.Step + 1, out SaveResult saved)) throw new InvalidOperationException(saved.ToString());
        store.Drain();
        return report.Step;
    });

    private static string? Wrong(Job.Ended<long>[] ended) =>
        ended.FirstOrDefault(static e => e.Failure is not (null or GroupBrokenException)).Failure?.ToString()
        ?? (ended[0].Value == ended[1].Value ? null : $"ranks came back at steps {ended[0].Value} and {ended[1].Value}");
}
