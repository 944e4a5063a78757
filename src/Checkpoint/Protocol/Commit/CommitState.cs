using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>All that a rank knows during a save.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="Rank">Which rank it is.</param>
/// <param name="Leaders">For each rank, the leader of its place.</param>
/// <param name="Name">The version to be.</param>
/// <param name="Step">The step of this rank.</param>
/// <param name="Program">The program's name.</param>
internal sealed record CommitState(
    CommitPhase Phase, int Rank, IReadOnlyList<int> Leaders, VersionName Name, long Step, string Program)
{
    public bool IsLeader => Leaders[Rank] == Rank;

    /// <summary>The time that goes into the manifest, from rank 0.</summary>
    public long WrittenAtUnixMs { get; init; }

    /// <summary>All ranks' shards, once they are written.</summary>
    public IReadOnlyList<ManifestShard> Shards { get; init; } = [];

    public long JobBytes { get; init; }

    /// <summary>Why this rank votes no, or null.</summary>
    public string? Objection { get; init; }

    public SaveOutcome Outcome { get; init; } = SaveOutcome.Failed;

    /// <summary>Whether every place has published: only then does the version count as one to fall back to.</summary>
    public bool IsPublishedEverywhere { get; init; }

    public IReadOnlyList<CheckpointProblem> Problems { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];
}
