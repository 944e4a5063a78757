using System;
using System.Collections.Immutable;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>Something that happened to the guard. Times are seconds since 1970, by the clock of the sources: in a replay, of what is played.</summary>
internal abstract record GuardEvent;

/// <summary>The guard has read its journal and leads.</summary>
internal sealed record Started(long TimeS) : GuardEvent;

/// <summary>Hosts were judged.</summary>
internal sealed record Judged(long TimeS, ImmutableArray<HostJudgement> Hosts) : GuardEvent;

/// <summary>One host's judgement.</summary>
/// <param name="Host">The host.</param>
/// <param name="Node">What the predictor calls it.</param>
/// <param name="Health">Risk and alert.</param>
/// <param name="Fires">Whether the alert has just begun.</param>
/// <param name="Reasons">Why, in words.</param>
internal sealed record HostJudgement(string Host, string Node, HostHealth Health, bool Fires = false, ImmutableArray<string> Reasons = default);

/// <summary>The hypervisor has answered.</summary>
internal sealed record Looked(FleetView Fleet) : GuardEvent;

/// <summary>The hypervisor could not be asked; null if that was given up because the guard ends.</summary>
internal sealed record LookFailed(string? Why) : GuardEvent;

/// <summary>A move is over.</summary>
internal sealed record MoveCame(int Step, MoveResult Result) : GuardEvent;

/// <summary>A checkpoint is over.</summary>
internal sealed record SaveCame(int Step, bool IsDone, TimeSpan Took, string Remark) : GuardEvent;

/// <summary>A host has failed.</summary>
internal sealed record HostFailed(long TimeS, string Host, string Kind) : GuardEvent;

/// <summary>An administrator has looked at a host.</summary>
/// <param name="Host">The host.</param>
/// <param name="IsFaulty">What was found.</param>
/// <param name="By">Who has looked.</param>
/// <param name="Word">What the word is kept in until it is taken in; empty for nothing.</param>
internal sealed record HostChecked(string Host, bool IsFaulty, string By, string Word = "") : GuardEvent;

/// <summary>Letting a guest or a job go on has ended; the trouble, or null.</summary>
internal sealed record Troubled(string? Why) : GuardEvent;
