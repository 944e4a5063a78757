using System;
using System.Collections.Immutable;
using HpcVirt.Control.Launchers;

namespace HpcVirt.Control.Protocol;

/// <summary>Something that the driver has to do.</summary>
internal abstract record SupervisorEffect;

/// <summary>
/// Launch an attempt; answer with <see cref="LaunchFailed"/> if that is impossible. Where there are hosts beside on which nobody waits, answer with <see cref="StartDeadlineReached"/>
/// in time: launchers wait long for a host that does not answer.
/// </summary>
/// <param name="Attempt">Its number, from 1.</param>
/// <param name="Where">Where its ranks go.</param>
/// <param name="Beside">Hosts without ranks that the launcher is to know; those who wait go there.</param>
/// <param name="Standbys">How many more processes are started, which wait for a rank's place.</param>
internal sealed record LaunchAttempt(int Attempt, Placement Where, ImmutableArray<HostSlots> Beside, int Standbys = 0) : SupervisorEffect;

/// <summary>Ask all connected ranks to save a checkpoint and end; answer with <see cref="StopDeadlineReached"/> when the grace is over.</summary>
internal sealed record AskRanksToStop : SupervisorEffect;

/// <summary>Ask all ranks that are left to take in a replacement; answer with <see cref="RepairDeadlineReached"/> when that takes too long.</summary>
/// <param name="Repair">Its number in this attempt, from 1.</param>
/// <param name="Rank">The rank that is replaced.</param>
/// <param name="To">The host that it moves to; null for a lost rank.</param>
/// <param name="Member">The waiting process that takes its place; null where a new one is started: for a lost rank where it was.</param>
internal sealed record RepairLinks(int Repair, int Rank, string? To = null, int? Member = null) : SupervisorEffect;

/// <summary>
/// Tell all that a waiting process takes the place of a rank that is ready to move; answer with <see cref="RepairDeadlineReached"/> when that takes too long.
/// </summary>
/// <param name="Hold">The hold in which the ranks are.</param>
/// <param name="Repair">Its number in this attempt, from 1.</param>
/// <param name="Rank">The rank that moves.</param>
/// <param name="To">The host that it moves to.</param>
/// <param name="Member">The waiting process that takes its place.</param>
/// <param name="IsPrepared">Whether it has run the program's beginning.</param>
/// <param name="StateBytes">How much has to be sent.</param>
internal sealed record MoveState(long Hold, int Repair, int Rank, string To, int Member, bool IsPrepared, long StateBytes) : SupervisorEffect;

/// <summary>Ask the rank that moves, and the process that takes its place, to prepare it while the job goes on; nobody waits for them.</summary>
internal sealed record PrepareMove(long Hold, int Rank, int Member) : SupervisorEffect;

/// <summary>Ask all connected ranks to fall silent so that one of them can move.</summary>
internal sealed record AskRanksToMove(long Hold, int Rank) : SupervisorEffect;

/// <summary>Tell those who wait that they are not needed any more.</summary>
internal sealed record ReleaseStandbys : SupervisorEffect;

/// <summary>Ask all connected ranks for a checkpoint.</summary>
internal sealed record AskRanksForCheckpoint(long Request) : SupervisorEffect;

/// <summary>Ask all connected ranks to fall silent and stay so.</summary>
internal sealed record AskRanksToHold(long Hold, TimeSpan Deadline) : SupervisorEffect;

/// <summary>Tell all connected ranks to go on.</summary>
internal sealed record AskRanksToGoOn(long Hold) : SupervisorEffect;

/// <summary>Pass a signal on to the ranks.</summary>
internal sealed record ForwardSignal(int Signal) : SupervisorEffect;

/// <summary>
/// End what is left of the attempt and answer with <see cref="AttemptEnded"/>. With grace, the launcher may first end by itself, which
/// tells why a rank was lost.
/// </summary>
internal sealed record EndAttempt(bool WithGrace) : SupervisorEffect;

/// <summary>Wait before the next attempt; answer with <see cref="BackoffElapsed"/>.</summary>
/// <param name="FailuresInARow">Attempts without progress so far, at least 1: the exponent of the delay.</param>
internal sealed record StartBackoff(int FailuresInARow) : SupervisorEffect;

/// <summary>The job is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Status">The launcher's last own exit status, if it had one.</param>
internal sealed record Conclude(JobOutcome Outcome, ExitStatus? Status) : SupervisorEffect;
