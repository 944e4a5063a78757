using System;
using System.Collections.Generic;
using System.Text;

namespace HpcVirt.Checkpoint;

/// <summary>What a restart found, the same on every rank but for <see cref="Elapsed"/> and <see cref="ShardBytes"/>.</summary>
public sealed record RestoreReport
{
    /// <summary>Whether the job begins at its first step: nothing was restored and no region was touched.</summary>
    public required bool IsFresh { get; init; }

    /// <summary>The version restored; 0 if fresh.</summary>
    public required long Version { get; init; }

    /// <summary>The attempt that had written it; 0 if fresh.</summary>
    public required long Attempt { get; init; }

    /// <summary>The step it was saved at; 0 if fresh.</summary>
    public required long Step { get; init; }

    /// <summary>The versions that were passed over, newest first, each with rank, file, region and reason.</summary>
    public required IReadOnlyList<SkippedVersion> Skipped { get; init; }

    /// <summary>The size of this rank's shard in bytes; 0 if fresh.</summary>
    public required long ShardBytes { get; init; }

    /// <summary>Which tier it came from, or null where there is only one.</summary>
    public string? Tier { get; init; }

    /// <summary>How long this rank was in the call.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>A line for each version that was passed over, and one for what was restored.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (SkippedVersion skipped in Skipped) text.Append(skipped).AppendLine();
        text.Append(IsFresh ? "no checkpoint restored: fresh start" : $"restored v{Version} of attempt {Attempt}: step {Step}{(Tier is null ? "" : $" (from {Tier})")}");
        return text.ToString();
    }
}
