using System.Collections.Immutable;

namespace HpcVirt.Control.Protocol;

/// <summary>Everything the supervisor's decisions depend on.</summary>
internal sealed record SupervisorState(int RestartsMax)
{
    /// <summary>Most failures of one attempt that are remembered; a thousand ranks usually fail in one way.</summary>
    public const int FailuresMax = 64;

    public SupervisorPhase Phase { get; init; } = SupervisorPhase.Idle;

    /// <summary>The attempt that runs or ran last, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>How many ranks the job wants.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>With how few it goes on if hosts are missing.</summary>
    public int RanksMin { get; init; } = 1;

    public HostPool Hosts { get; init; } = HostPool.None;

    /// <summary>Where the ranks of the attempt are; null before the first.</summary>
    public Placement? Where { get; init; }

    /// <summary>True while the attempt was asked to end so that the job goes on elsewhere.</summary>
    public bool IsRelocating { get; init; }

    /// <summary>Attempts that ended on purpose, to go on elsewhere. They count for nothing in <see cref="RestartsMax"/>.</summary>
    public int Relocations { get; init; }

    /// <summary>The newest step from which a restart can begin, as far as was reported.</summary>
    public long? CommittedStep { get; init; }

    /// <summary><see cref="CommittedStep"/> when the attempt began: what is newer is this attempt's progress.</summary>
    public long? CommittedStepBefore { get; init; }

    /// <summary>Attempts in a row that ended without progress.</summary>
    public int FailuresInARow { get; init; }

    /// <summary>Whether lost ranks are replaced inside the job before the job is launched anew.</summary>
    public bool RepairsInJob { get; init; }

    /// <summary>Whether a replacement can be connected only on a host where another rank of the job is.</summary>
    public bool NeedsNeighbor { get; init; }

    /// <summary>Whether the first attempt's launcher is told of hosts without ranks too, so that ranks can move there.</summary>
    public bool WarmSpares { get; init; }

    /// <summary>How many processes are to wait for a rank's place; 0 for jobs that replace ranks otherwise, or not at all.</summary>
    public int Standbys { get; init; }

    /// <summary>Whether lost ranks are replaced by processes that wait, and only by these.</summary>
    public bool IsStandby => Standbys > 0;

    /// <summary>The processes that wait, by their ranks in MPI_COMM_WORLD, and where they are.</summary>
    public ImmutableSortedDictionary<int, string> Waiting { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>The hosts that the launcher of this attempt knows: only there it can start a process later.</summary>
    public ImmutableHashSet<string> Named { get; init; } = [];

    /// <summary>The rank whose replacement is awaited, or null.</summary>
    public int? Awaited { get; init; }

    /// <summary>The move that waits for the ranks' silence or for a checkpoint, or null.</summary>
    public MoveAsked? Moving { get; init; }

    /// <summary>The hold in which the ranks are to be for <see cref="Moving"/>; null when it waits for a checkpoint.</summary>
    public long? MovingHold { get; init; }

    /// <summary>The waiting process that is to take the place in <see cref="Moving"/>.</summary>
    public int MovingMember { get; init; }

    /// <summary>Whether that process has run the program's beginning; null while it is at it.</summary>
    public bool? IsMovePrepared { get; init; }

    /// <summary>Why the last move had to go by a checkpoint; empty if it had not.</summary>
    public string WhyByCheckpoint { get; init; } = "";

    /// <summary>Repairs in this attempt, moves included.</summary>
    public int Repairs { get; init; }

    /// <summary>Repairs of losses in all attempts: each counts as a restart.</summary>
    public int RepairsInAll { get; init; }

    /// <summary>The ranks of this attempt that ended by themselves with 0.</summary>
    public ImmutableHashSet<int> FinishedWell { get; init; } = [];

    /// <summary>True once a rank of this attempt introduced itself: the program uses the library.</summary>
    public bool RankSeen { get; init; }

    public bool StopWasAsked { get; init; }

    /// <summary>True once a checkpoint was committed after the request to stop.</summary>
    public bool CommittedSinceStop { get; init; }

    /// <summary>True once a rank said that it ended early because it was asked to.</summary>
    public bool EndedEarly { get; init; }

    public long CheckpointRequests { get; init; }

    /// <summary>How many holds were asked for.</summary>
    public long Holds { get; init; }

    /// <summary>The newest hold, also when it is over; null before the first.</summary>
    public JobHold? Hold { get; init; }

    public ImmutableHashSet<FailureSignature> Failures { get; init; } = [];

    public ImmutableHashSet<FailureSignature> FailuresBefore { get; init; } = [];

    /// <summary>How the launcher ended by itself in this attempt; null while it has not, or if we ended it.</summary>
    public ExitStatus? Status { get; init; }

    public ExitStatus? StatusBefore { get; init; }

    public bool HasProgressed => CommittedStep is { } now && (CommittedStepBefore is not { } before || now > before);
}
