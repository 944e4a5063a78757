using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Simulation.Checkers;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>What a simulated job came to.</summary>
internal sealed class JobReport(JobSetup setup, Machine machine, QuiesceCheckers checkers, JobEnd end, int lostRank, long events)
{
    public JobEnd End => end;

    public int LostRank => lostRank;

    public long Events => events;

    public long EventsWaitingMax => machine.Events.CountMax;

    public long EndNs => machine.NowNs;

    public IReadOnlyList<string> Findings => machine.Findings.All;

    public bool IsGood => machine.Findings.Count == 0;

    public IReadOnlyList<AttemptRecord> Attempts => checkers.Attempts.All;

    public Cut? Committed => checkers.Committed;

    public JobSetup Setup => setup;

    public ulong ResultOf(int rank) => machine.Ranks[rank].Program.Result;

    /// <summary>Median and maximum over the ranks of one of their numbers.</summary>
    public (int Median, int Max) Spread(Func<RankState, int> number)
    {
        int[] sorted = [.. machine.Ranks.Select(number)];
        Array.Sort(sorted);
        return (sorted[sorted.Length / 2], sorted[^1]);
    }
}

/// <summary>How a simulated job ends.</summary>
internal enum JobEnd
{
    Finished,

    /// <summary>A rank was killed, and the supervisor ended the others.</summary>
    RankLost,

    /// <summary>Nothing more happens, and the program has not ended.</summary>
    Stuck,
}
