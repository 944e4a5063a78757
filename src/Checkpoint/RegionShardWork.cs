using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>Writes a shard straight from the regions' memory, while the program waits.</summary>
internal sealed class RegionShardWork(IReadOnlyList<CheckpointRegion> regions) : IShardWork
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

    public uint Write(Shard plan, Place place)
    {
        using ICheckpointFile file = place.Directory.CreateFile($"{plan.Name.Temporary}/{VersionName.Shard(plan.Rank)}", plan.LengthBytes);
        uint checksum = ShardWriter.Write(plan, regions, file);

        // A yes in the vote promises these bytes, so they are on the disk before it, not only in the page cache.
        file.Sync();
        return checksum;
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
