using System.Collections.Generic;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Runs;

/// <summary>All that determines a simulated job: the same setup gives the same job, to the last event.</summary>
internal sealed record JobSetup
{
    public required IProgram Program { get; init; }

    public required ulong Seed { get; init; }

    public NetworkOptions Network { get; init; } = new();

    /// <summary>How long a rank waits for silence in an attempt.</summary>
    public long DeadlineNs { get; init; } = 10_000_000_000;

    /// <summary>How long it waits at a safe point that is not numbered until it lets the program make another step.</summary>
    public long PatienceNs { get; init; } = 1_000_000;

    /// <summary>Attempts that are made for a request.</summary>
    public int AttemptsMax { get; init; } = 3;

    /// <summary>The longest time that what the job falls silent for takes on a rank.</summary>
    public int ActionNs { get; init; } = 1_000_000;

    public IReadOnlyList<TimedRank> Requests { get; init; } = [];

    /// <summary>Ranks that hold something open that cannot be quiesced, and in which attempt.</summary>
    public IReadOnlySet<(int Rank, int Attempt)> Objections { get; init; } = new HashSet<(int, int)>();

    public TimedRank? Kill { get; init; }

    /// <summary>The supervisor ends a job so long after the loss of a rank.</summary>
    public long WatchNs { get; init; } = 60_000_000_000;

    /// <summary>Nobody is late, objects or dies: every attempt must end in silence.</summary>
    public bool IsCalm { get; init; }

    /// <summary>Whether a record of every message is kept, and every cut is saved. Not for large jobs.</summary>
    public bool IsRecorded { get; init; } = true;

    /// <summary>Where a restarted job goes on.</summary>
    public Cut? RestartsFrom { get; init; }

    public QuiesceTransition Transition { get; init; } = QuiesceProtocol.Next;

    public EarlyBookmarks EarlyBookmarks { get; init; } = EarlyBookmarks.TakenAsWish;

    public NetworkFault Fault { get; init; }

    /// <summary>False is a defect, for the tests of the checkers: nothing is taken in while a rank is parked.</summary>
    public bool Captures { get; init; } = true;
}

/// <summary>A rank and a moment.</summary>
internal readonly record struct TimedRank(long TimeNs, int Rank);

/// <summary>What a rank does at a safe point with bookmarks of an attempt that it has not entered.</summary>
internal enum EarlyBookmarks
{
    /// <summary>Takes and keeps them.</summary>
    Taken,

    /// <summary>Takes them, and enters the attempt: who sends one wants silence.</summary>
    TakenAsWish,

    /// <summary>Leaves them in the network until it enters the attempt.</summary>
    Left,
}
