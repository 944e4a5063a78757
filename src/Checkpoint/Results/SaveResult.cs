using System;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint;

/// <summary>How a save ended. The outcome and the problems are the same on all ranks.</summary>
public sealed record SaveResult
{
    /// <summary>How it ended.</summary>
    public required SaveOutcome Outcome { get; init; }

    /// <summary>The version that was tried; each try takes a new number.</summary>
    public required long Version { get; init; }

    /// <summary>The attempt of the job that tried.</summary>
    public required long Attempt { get; init; }

    /// <summary>The step it belongs to.</summary>
    public required long Step { get; init; }

    /// <summary>The size of this rank's shard in bytes; 0 if it did not come to that.</summary>
    public required long ShardBytes { get; init; }

    /// <summary>The size of all ranks' shards in bytes; 0 if it did not come to that.</summary>
    public required long JobBytes { get; init; }

    /// <summary>How long this rank was in the call.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// Which ranks failed and why. With <see cref="SaveOutcome.Committed"/>: the places whose rename could not be made; the
    /// version is restorable all the same.
    /// </summary>
    public required IReadOnlyList<CheckpointProblem> Problems { get; init; }

    /// <summary>What this rank could not tidy up behind the commit, such as an old version that would not be deleted.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Whether the version will be found at restart.</summary>
    public bool IsCommitted => Outcome == SaveOutcome.Committed;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string what = Outcome switch
        {
            SaveOutcome.Committed => $"Checkpoint v{Version} of step {Step} committed: {JobBytes} bytes in {Elapsed.TotalSeconds:F3} s",
            SaveOutcome.Superseded => $"Checkpoint v{Version} of step {Step} not committed: a newer attempt owns the directory",
            _ => $"Checkpoint v{Version} of step {Step} not committed, older ones are kept",
        };
        return Problems.Count == 0 ? what : $"{what}; {string.Join("; ", Problems)}";
    }
}
