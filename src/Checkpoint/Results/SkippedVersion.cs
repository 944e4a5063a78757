namespace HpcVirt.Checkpoint;

/// <summary>A version that was newer than the one restored and was passed over, and why.</summary>
/// <param name="Version">The version.</param>
/// <param name="Attempt">The attempt that wrote it.</param>
/// <param name="Rank">The rank that could not use it, or -1 if it concerns all.</param>
/// <param name="File">The file in question, or null.</param>
/// <param name="Region">The region in question, or null.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedVersion(long Version, long Attempt, int Rank, string? File, string? Region, string Reason)
{
    /// <summary>The rank of a reason that concerns all ranks.</summary>
    public const int AllRanks = -1;

    /// <inheritdoc/>
    public override string ToString() =>
        $"skipped v{Version} of attempt {Attempt}: {(Rank == AllRanks ? "" : $"rank {Rank}: ")}{Reason}";
}
