namespace HpcVirt.Checkpoint;

/// <summary>How one region of one rank differs between two versions.</summary>
/// <param name="Rank">The rank.</param>
/// <param name="Region">The region.</param>
/// <param name="Blocks">How many blocks it has in the newer version.</param>
/// <param name="ChangedBlocks">How many of them differ, by their checksums.</param>
/// <param name="Remark">What cannot be told by blocks: the region is on one side only, or has another format; or null.</param>
public sealed record RegionDifference(int Rank, string Region, int Blocks, int ChangedBlocks, string? Remark);
