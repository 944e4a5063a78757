using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a rank has to do next in a restart: one thing at a time, each answered by one <see cref="RestartEvent"/>.</summary>
internal abstract record RestartEffect
{
    /// <summary>Collective.</summary>
    public sealed record TellSurvey(TierSurveys Mine) : RestartEffect;

    /// <summary>Read and check this rank's part of a version, touching no region.</summary>
    public sealed record Verify(RestartCandidate Candidate) : RestartEffect;

    /// <summary>Collective.</summary>
    public sealed record TellVerdict(VerdictReport Mine) : RestartEffect;

    /// <summary>Collective: put back what is missing or damaged, from other places and from redundancy, and the redundancy too.</summary>
    public sealed record Rebuild(RestartCandidate Candidate) : RestartEffect;

    /// <summary>Note durably that this attempt starts from the candidate, before anything of it can make the program fail.</summary>
    public sealed record RecordStart(RestartCandidate Candidate, IReadOnlyList<StartRecord> Obsolete) : RestartEffect;

    /// <summary>Fill the regions.</summary>
    public sealed record Fill(RestartCandidate Candidate) : RestartEffect;

    /// <summary>Collective.</summary>
    public sealed record TellFill(VerdictReport Mine) : RestartEffect;

    /// <summary>Return to the caller, or throw what the state says.</summary>
    public sealed record Finish : RestartEffect;
}
