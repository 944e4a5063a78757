using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>Writes a shard straight from the regions' memory, while nobody changes it.</summary>
internal sealed class RegionShardWork(IReadOnlyList<CheckpointRegion> regions, TierCompression compression) : IShardWork
{
    private Shard? _plan;

    public long NeededBytes => _plan?.LengthBytes ?? 0;

    public Shard Plan(VersionName name, long step, int rank, int rankCount, string program)
    {
        RegionSet.CheckNames(regions);
        RegionDescriptor[] descriptors = [.. regions.Select(static r => GuardedRegion.BeginSave(r))];
        RegionSet.CheckDescriptors(descriptors);
        return _plan = Shard.Plan(name, step, rank, rankCount, program, descriptors);
    }

    public (long LengthBytes, uint Checksum) Write(Shard plan, Place place)
    {
        BlockEncoding encoding = compression.Choose(plan, regions);
        bool isRaw = encoding == BlockEncoding.Raw;
        compression.Begin();

        // Room is reserved for what is sure to be needed.
        using ICheckpointFile file = place.Directory.CreateFile($"{plan.Name.Temporary}/{VersionName.Shard(plan.Rank)}", isRaw ? plan.LengthBytes : 0);
        (Shard written, uint checksum) = isRaw
            ? (plan, ShardWriter.Write(plan, regions, file))
            : ShardWriter.Write(plan, regions, file, compression.Coder, encoding, compression.NoteEncoded);

        // A yes in the vote promises these bytes, so they are on the disk before it, not only in the page cache.
        file.Sync();
        compression.End(written.LengthBytes);
        return (written.LengthBytes, checksum);
    }

    public void Protect(Shard plan, Place place, IReadOnlyList<ManifestShard> shards)
    {
        // One copy in this place is all that is promised.
    }

    public void End()
    {
        foreach (CheckpointRegion region in regions) region.EndSave();
    }
}
