using System.Collections.Generic;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a rank learns during a restart. Each effect is answered by exactly one event.</summary>
internal abstract record RestartEvent
{
    public sealed record Surveyed(TierSurveys Mine) : RestartEvent;

    public sealed record SurveysKnown(IReadOnlyList<TierSurveys> All) : RestartEvent;

    public sealed record Verified(VerdictReport Mine) : RestartEvent;

    public sealed record VerdictsKnown(IReadOnlyList<VerdictReport> All) : RestartEvent;

    /// <summary>What could be rebuilt was; whether that is enough, verifying it again will tell.</summary>
    public sealed record Rebuilt : RestartEvent;

    /// <summary>The start is on record, or could not be put there: no reason not to start.</summary>
    public sealed record StartRecorded : RestartEvent;

    public sealed record Filled(VerdictReport Mine) : RestartEvent;

    public sealed record FillsKnown(IReadOnlyList<VerdictReport> All) : RestartEvent;
}
