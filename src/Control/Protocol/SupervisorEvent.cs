using System;
using System.Collections.Immutable;

namespace HpcVirt.Control.Protocol;

/// <summary>Something that happened to the supervisor.</summary>
internal abstract record SupervisorEvent;

/// <summary>Start the job.</summary>
internal sealed record Begin : SupervisorEvent;

/// <summary>A person or the system asked the job to stop (SIGINT, SIGTERM, SIGHUP).</summary>
internal sealed record StopAsked(int Signal) : SupervisorEvent;

/// <summary>A person or a program asked for a checkpoint now (SIGUSR2).</summary>
internal sealed record CheckpointAsked : SupervisorEvent;

/// <summary>A signal arrived that only the program understands.</summary>
internal sealed record SignalArrived(int Signal) : SupervisorEvent;

/// <summary>An operator wants a host empty.</summary>
internal sealed record DrainAsked(string Host) : SupervisorEvent;

/// <summary>An operator wants a rank on another host.</summary>
internal sealed record MoveAsked(int Rank, string From, string To) : SupervisorEvent;

/// <summary>The operator who wanted a rank on another host has stopped waiting for it.</summary>
internal sealed record MoveGivenUp : SupervisorEvent;

/// <summary>Somebody outside needs the job silent for a while.</summary>
internal sealed record HoldAsked(TimeSpan Deadline) : SupervisorEvent;

/// <summary>Somebody outside is done, and the job may go on.</summary>
internal sealed record ReleaseAsked : SupervisorEvent;

/// <summary>An operator gives a host back that was drained or lost.</summary>
internal sealed record HostReturned(string Host) : SupervisorEvent;

/// <summary>Something that happened in one attempt. What an earlier attempt still had to say is ignored.</summary>
internal abstract record AttemptEvent(int Attempt) : SupervisorEvent;

/// <summary>The launcher could not be started.</summary>
internal sealed record LaunchFailed(int Attempt, string Reason) : AttemptEvent(Attempt);

/// <summary>The time in which a rank should have been heard of is over.</summary>
internal sealed record StartDeadlineReached(int Attempt) : AttemptEvent(Attempt);

/// <summary>Some ranks introduced themselves, and the time in which the others should have is over.</summary>
internal sealed record RanksMissing(int Attempt) : AttemptEvent(Attempt);

/// <summary>A rank introduced itself.</summary>
internal sealed record RankConnected(int Attempt, int Rank) : AttemptEvent(Attempt);

/// <summary>A rank reported a committed checkpoint.</summary>
internal sealed record RankCommitted(int Attempt, int Rank, long Step, long Version) : AttemptEvent(Attempt);

/// <summary>A rank reported that the job is silent, and that it stays so.</summary>
internal sealed record RankHeld(int Attempt, int Rank, long Hold) : AttemptEvent(Attempt);

/// <summary>A rank reported that it goes on; the reason is empty if it was released.</summary>
internal sealed record RankHoldEnded(int Attempt, int Rank, long Hold, string Reason) : AttemptEvent(Attempt);

/// <summary>A process that waits reported that it has run the program's beginning for a rank that moves, or why not.</summary>
internal sealed record StandbyPrepared(int Attempt, int Member, long Hold, bool CanMove, string Reason) : AttemptEvent(Attempt);

/// <summary>A rank reported whether it can move in the silence; the reason is empty if it can.</summary>
internal sealed record RankReadyToMove(int Attempt, int Rank, long Hold, long StateBytes, string Reason) : AttemptEvent(Attempt);

/// <summary>A rank reported that it goes on after a move.</summary>
internal sealed record RankMoved(int Attempt, int Rank, long Hold) : AttemptEvent(Attempt);

/// <summary>A rank reported the exception by which it ends.</summary>
internal sealed record RankFailed(int Attempt, int Rank, FailureSignature Failure) : AttemptEvent(Attempt);

/// <summary>A rank reported that it ends by itself.</summary>
internal sealed record RankFinished(int Attempt, int Rank, int ExitCode, bool EndedEarly) : AttemptEvent(Attempt);

/// <summary>A rank disappeared without a word.</summary>
internal sealed record RankLost(int Attempt, int Rank) : AttemptEvent(Attempt)
{
    /// <summary>Where it was; empty when that is of no interest.</summary>
    public string Host { get; init; } = "";

    /// <summary>Whether no other rank of the job is there.</summary>
    public bool WasAloneThere { get; init; }
}

/// <summary>A process that waits for a rank's place introduced itself.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Member">The process, by its rank in MPI_COMM_WORLD.</param>
/// <param name="Host">Where it is.</param>
internal sealed record StandbyReady(int Attempt, int Member, string Host) : AttemptEvent(Attempt);

/// <summary>A process that waited disappeared.</summary>
internal sealed record StandbyLost(int Attempt, int Member) : AttemptEvent(Attempt);

/// <summary>A rank goes on from a checkpoint, or begins because there is none.</summary>
internal sealed record RankRestored(int Attempt, int Rank) : AttemptEvent(Attempt);

/// <summary>A replacement for a lost rank was not heard of in time.</summary>
internal sealed record RepairDeadlineReached(int Attempt, int Repair) : AttemptEvent(Attempt);

/// <summary>All processes of the job have ended, and the launcher waits for something else.</summary>
internal sealed record LauncherLingers(int Attempt) : AttemptEvent(Attempt);

/// <summary>A rank's process is there but says nothing any more: it is stopped, or hangs.</summary>
internal sealed record RankSilent(int Attempt, int Rank) : AttemptEvent(Attempt);

/// <summary>A host answers no more: it is down, or cut off.</summary>
internal sealed record HostLost(int Attempt, string Host) : AttemptEvent(Attempt)
{
    /// <summary>True when it was asked and did not answer while the attempt started; else its kernel acknowledged nothing.</summary>
    public bool WasAsked { get; init; }
}

/// <summary>No rank made a step for longer than allowed.</summary>
internal sealed record Stalled(int Attempt) : AttemptEvent(Attempt);

/// <summary>The launcher ended by itself; everything its ranks said before has been delivered.</summary>
internal sealed record LauncherExited(int Attempt, ExitStatus Status) : AttemptEvent(Attempt);

/// <summary>The stop request was not followed in time.</summary>
internal sealed record StopDeadlineReached(int Attempt) : AttemptEvent(Attempt);

/// <summary>No process of the attempt is left within reach. The status is null if the launcher was ended by us.</summary>
internal sealed record AttemptEnded(int Attempt, ExitStatus? Status) : AttemptEvent(Attempt)
{
    /// <summary>Hosts whose ranks' connections did not end with the ranks: nothing comes from there any more.</summary>
    public ImmutableArray<string> UnreachableHosts { get; init; } = [];
}

/// <summary>The time of the next attempt has come. <paramref name="Attempt"/> is the one that ended.</summary>
internal sealed record BackoffElapsed(int Attempt) : AttemptEvent(Attempt);
