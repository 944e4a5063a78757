using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>All that a rank knows during a restart.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="MayStartOver">Whether to begin at the first step when none verifies.</param>
internal sealed record RestartState(RestartPhase Phase, bool MayStartOver)
{
    /// <summary>For each tier, whether damaged parts of a version can be had from elsewhere there.</summary>
    public IReadOnlyList<bool> CanRebuild { get; init; } = [false];

    /// <summary>How many starts a version may have without progress before an older one is tried; 0: any number.</summary>
    public int StartsMax { get; init; }

    /// <summary>Records of starts that no longer say anything.</summary>
    public IReadOnlyList<StartRecord> ObsoleteStarts { get; init; } = [];

    /// <summary>Whether that was tried with this candidate.</summary>
    public bool IsRebuilt { get; init; }

    /// <summary>The versions that count, newest first, each in every tier that has it, the same on all ranks.</summary>
    public IReadOnlyList<RestartCandidate> Candidates { get; init; } = [];

    /// <summary>The one being tried.</summary>
    public int Index { get; init; }

    public long Step { get; init; }

    public IReadOnlyList<SkippedVersion> Skipped { get; init; } = [];

    public RestartOutcome Outcome { get; init; }

    /// <summary>The text of the refusal, if it came to that.</summary>
    public string? Refusal { get; init; }

    public RestartCandidate Candidate => Candidates[Index];
}
