using System.Collections.Generic;

namespace HpcVirt.Checkpoint;

/// <summary>What reading every byte of a shard has shown.</summary>
/// <param name="Rank">The rank that wrote it.</param>
/// <param name="File">The file's path inside the place.</param>
/// <param name="LengthBytes">How long the file is.</param>
/// <param name="Regions">What it holds; empty if its header cannot be believed.</param>
/// <param name="Damages">What is wrong with it, from front to back, at most <see cref="MaximumDamages"/>.</param>
public sealed record ShardVerification(
    int Rank, string File, long LengthBytes, IReadOnlyList<RegionDescriptor> Regions, IReadOnlyList<ShardDamage> Damages)
{
    /// <summary>How many damages are listed; a file with more is lost anyway.</summary>
    public const int MaximumDamages = 1000;

    /// <summary>Whether every byte is as it was written.</summary>
    public bool IsIntact => Damages.Count == 0;
}
