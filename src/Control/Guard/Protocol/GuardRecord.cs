using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>
/// What is remembered over a restart. The state that counts is the sum of these and of nothing else (<see cref="GuardState.With"/>): what was committed is what will be
/// known. Their form on the disk is docs/formats/guard-journal.md.
/// </summary>
/// <param name="TimeS">When, in seconds since 1970.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CaseOpened), "case-opened")]
[JsonDerivedType(typeof(MoveBegun), "move-begun")]
[JsonDerivedType(typeof(MoveEnded), "move-ended")]
[JsonDerivedType(typeof(SaveBegun), "save-begun")]
[JsonDerivedType(typeof(SaveEnded), "save-ended")]
[JsonDerivedType(typeof(GuestLeft), "guest-left")]
[JsonDerivedType(typeof(CaseActed), "case-acted")]
[JsonDerivedType(typeof(FailureSeen), "failure-seen")]
[JsonDerivedType(typeof(VerdictGiven), "verdict-given")]
[JsonDerivedType(typeof(CaseClosed), "case-closed")]
internal abstract record GuardRecord(long TimeS);

/// <summary>An alert fired.</summary>
internal sealed record CaseOpened(long TimeS, int Case, string Host, string Node, double Risk, long HorizonEndsAtS, ImmutableArray<string> Reasons) : GuardRecord(TimeS);

/// <summary>A move is about to begin. Whoever reads this without an end asks the hypervisor.</summary>
internal sealed record MoveBegun(long TimeS, int Case, int Step, string Guest, string From, string To, bool WasRunning) : GuardRecord(TimeS);

/// <summary>A move is over.</summary>
internal sealed record MoveEnded(long TimeS, int Step, MoveEnding Ending, long TookMs, long DowntimeMs, long SentBytes, string Remark) : GuardRecord(TimeS);

/// <summary>A checkpoint is about to begin; case 0 if it is for raised risk.</summary>
internal sealed record SaveBegun(long TimeS, int Case, int Step) : GuardRecord(TimeS);

/// <summary>A checkpoint is over.</summary>
internal sealed record SaveEnded(long TimeS, int Step, bool IsDone, long TookMs, string Remark) : GuardRecord(TimeS);

/// <summary>A guest is left alone in this case.</summary>
internal sealed record GuestLeft(long TimeS, int Case, string Guest, bool IsGone, string Why) : GuardRecord(TimeS);

/// <summary>Nothing is left to be done in a case.</summary>
internal sealed record CaseActed(long TimeS, int Case) : GuardRecord(TimeS);

/// <summary>A host failed; case 0: no alert stood, the failure was missed.</summary>
internal sealed record FailureSeen(long TimeS, int Case, string Host, string FailureKind) : GuardRecord(TimeS);

/// <summary>An administrator has checked a host.</summary>
internal sealed record VerdictGiven(long TimeS, int Case, bool IsFaulty, string By) : GuardRecord(TimeS);

/// <summary>A case is over.</summary>
internal sealed record CaseClosed(long TimeS, int Case, CaseOutcome Outcome) : GuardRecord(TimeS);
