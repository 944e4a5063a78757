namespace HpcVirt.Control.Guard.Protocol;

/// <summary>Something that the driver has to do. In order: an effect is begun only after those before it, and a record is on the disk before the next one begins.</summary>
internal abstract record GuardEffect;

/// <summary>Write a record into the journal. If that fails, nothing that follows may be done.</summary>
internal sealed record Commit(GuardRecord Record) : GuardEffect;

/// <summary>Write a line of the story into the audit log.</summary>
/// <param name="TimeS">When, in seconds since 1970.</param>
/// <param name="CaseId">The case; 0 for none.</param>
/// <param name="Text">The sentence.</param>
internal sealed record Tell(long TimeS, int CaseId, string Text) : GuardEffect;

/// <summary>Ask the hypervisor where all guests are; answer with <see cref="Looked"/> or <see cref="LookFailed"/>.</summary>
/// <param name="IsLater">After a pause: something is still on its way.</param>
internal sealed record Look(bool IsLater = false) : GuardEffect;

/// <summary>Move a guest; answer with <see cref="MoveCame"/>.</summary>
internal sealed record Move(MoveStep Step) : GuardEffect;

/// <summary>Make a checkpoint; answer with <see cref="SaveCame"/>.</summary>
internal sealed record Save(SaveStep Step) : GuardEffect;

/// <summary>Let a guest go on that stands still though it worked before it was moved.</summary>
internal sealed record Resume(string Guest) : GuardEffect;

/// <summary>An administrator's word is taken in, and need not be kept any more.</summary>
internal sealed record Forget(string Word) : GuardEffect;

/// <summary>Let the job go on that a move has silenced: whoever silenced it may have died since.</summary>
internal sealed record Release : GuardEffect;
