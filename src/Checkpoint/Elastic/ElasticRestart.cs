using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Files;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Elastic;

/// <summary>
/// Fills the regions of a rank from the shards of a job that had another number of ranks, or another split of its arrays. Only blocks that
/// overlap are read, each checked before it is used.
/// </summary>
/// <param name="regions">This rank's regions.</param>
/// <param name="rank">This rank.</param>
/// <param name="rankCount">The ranks of this job.</param>
/// <param name="filesOfAll">The names of the regions that stand for files, of all ranks of this job.</param>
internal sealed class ElasticRestart(IReadOnlyList<CheckpointRegion> regions, int rank, int rankCount, IReadOnlySet<string> filesOfAll)
{
    /// <summary>Throws <see cref="CheckpointMismatchException"/> with the reason if the regions cannot be put together from these shards.</summary>
    public void Check(IReadOnlyList<Shard> stored)
    {
        foreach (CheckpointRegion region in regions)
        {
            RegionEntry[] entries = [.. stored.Select(s => s.Regions.FirstOrDefault(e => e.Descriptor.Name == region.Name)).OfType<RegionEntry>()];
            if (entries.Length != stored.Count && !(region is ApplicationFileRegion && entries.Length > 0))
                throw new CheckpointMismatchException($"Region '{region.Name}' of this program is on {entries.Length} of the {stored.Count} ranks of the checkpoint. {Advice(stored.Count)}");
            if (region.Decomposition is { } mine)
            {
                RegionEntry? odd = entries.FirstOrDefault(e => e.Descriptor.Decomposition is not { } d || !d.GlobalShape.SequenceEqual(mine.GlobalShape));
                if (odd is not null)
                {
                    throw new CheckpointMismatchException(
                        $"Region '{region.Name}' is a part of an array of {Shape(mine.GlobalShape)} here, and of "
                        + $"{(odd.Descriptor.Decomposition is { } theirs ? Shape(theirs.GlobalShape) : "no declared array")} in the checkpoint. {Advice(stored.Count)}");
                }
            }
            else if (region is ApplicationFileRegion)
            {
                GuardedRegion.Check(region, entries[0].Descriptor);
            }

            if (region.Decomposition is null && entries.Any(e => e.Descriptor.LengthBytes != entries[0].Descriptor.LengthBytes || !e.BlockChecksums.AsSpan().SequenceEqual(entries[0].BlockChecksums)))
            {
                throw new CheckpointMismatchException(
                    $"it was written by {stored.Count} ranks, and this job has {rankCount}; region '{region.Name}' declares no decomposition and differs "
                    + $"from rank to rank, so nobody can say what a rank of this job should get. {Advice(stored.Count)}");
            }
        }

        // A file belongs to one rank, and another rank of this job may have it now; the rest must be on every rank.
        string? left = stored.SelectMany(static s => s.Regions).Select(static e => e.Descriptor)
            .FirstOrDefault(d => ApplicationFileRegion.IsFile(d) ? !filesOfAll.Contains(d.Name) : regions.All(r => r.Name != d.Name))?.Name;
        if (left is not null) throw new CheckpointMismatchException($"The checkpoint holds region '{left}', which this program does not protect. {Advice(stored.Count)}");
    }

    /// <summary>Fills the regions; <see cref="Check"/> has passed.</summary>
    public void Fill(IReadOnlyList<ShardReader> stored)
    {
        foreach (CheckpointRegion region in regions)
        {
            if (region.Decomposition is { } mine)
            {
                FillParts(region, mine, stored);
                continue;
            }

            ShardReader source = SourceOf(region, stored);
            source.Fill(source.Shard.Regions.First(e => e.Descriptor.Name == region.Name), region);
        }
    }

    /// <summary>The shard from which a region without parts is taken: the rank's own of then, or another that has it.</summary>
    public ShardReader SourceOf(CheckpointRegion region, IReadOnlyList<ShardReader> stored)
    {
        bool Has(ShardReader shard) => shard.Shard.Regions.Any(e => e.Descriptor.Name == region.Name);
        return rank < stored.Count && Has(stored[rank]) ? stored[rank] : stored.First(Has);
    }

    private static void FillParts(CheckpointRegion region, RegionDecomposition mine, IReadOnlyList<ShardReader> stored)
    {
        RegionDescriptor target = GuardedRegion.BeginSave(region);
        long filled = 0;
        try
        {
            foreach (ShardReader source in stored)
            {
                RegionEntry entry = source.Shard.Regions.First(e => e.Descriptor.Name == region.Name);
                if (entry.Descriptor.ElementType != target.ElementType || entry.Descriptor.ElementBytes != target.ElementBytes)
                {
                    throw new CheckpointMismatchException(
                        $"Region '{region.Name}' is {entry.Descriptor.Format} in the checkpoint, but {target.Format} in this program. Start the program that wrote it.");
                }

                var blocks = new BlockWindow(source, entry);
                foreach (Overlap.Run run in Overlap.Between(entry.Descriptor.Decomposition!, mine))
                {
                    blocks.CopyTo(region, run.From * target.ElementBytes, run.To * target.ElementBytes, run.Count * target.ElementBytes);
                    filled += run.Count;
                }
            }
        }
        finally
        {
            region.EndSave();
        }

        long wanted = Overlap.Wanted(mine);
        if (filled < wanted)
            throw new CheckpointException($"Region '{region.Name}' wants {wanted} elements, and the checkpoint's parts give {filled}: they do not cover its array.");
    }

    private static string Shape(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    private static string Advice(int ranks) => $"Start with {ranks} ranks and the sizes of then, or name another directory.";
}
