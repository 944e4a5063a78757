namespace HpcVirt.Checkpoint;

/// <summary>One damage in a shard.</summary>
/// <param name="File">The file's path inside the place.</param>
/// <param name="Region">The region the bytes belong to, or null for the frame around the regions.</param>
/// <param name="OffsetBytes">Where in the file; for a bad checksum, where its block begins.</param>
/// <param name="Reason">What is wrong there.</param>
public sealed record ShardDamage(string File, string? Region, long OffsetBytes, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{File}, offset {OffsetBytes}{(Region is null ? "" : $", region '{Region}'")}: {Reason}";
}
