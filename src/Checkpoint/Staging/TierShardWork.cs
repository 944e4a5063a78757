using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>Writes a staged shard into a further tier, and holds what it reads against the checksums of the first.</summary>
internal sealed class TierShardWork(StagedShard staged, TierCompression compression) : IShardWork
{
    private readonly RegionShardWork _inner = new([.. staged.Plan.Regions.Select(e => new SlotShardRegion(e, staged.Slot.Memory))], compression);

    public long NeededBytes => _inner.NeededBytes;

    public Shard Plan(VersionName name, long step, int rank, int rankCount, string program) => _inner.Plan(name, step, rank, rankCount, program);

    public (long LengthBytes, uint Checksum) Write(Shard plan, Place place)
    {
        (long LengthBytes, uint Checksum) result = _inner.Write(plan, place);
        for (int i = 0; i < plan.Regions.Count; i++)
        {
            uint[] written = plan.Regions[i].BlockChecksums;
            int differing = written.AsSpan().CommonPrefixLength(staged.Plan.Regions[i].BlockChecksums);
            if (differing < written.Length)
            {
                throw new CheckpointException(
                    $"Block {differing} of region '{plan.Regions[i].Descriptor.Name}' has changed in the memory tier since it was staged: "
                    + "the memory of this host is not to be trusted, or something else writes to the tier's files.");
            }
        }

        return result;
    }

    public void Protect(Shard plan, Place place, IReadOnlyList<ManifestShard> shards)
    {
        // A shared directory outlives hosts; a local one is only as good as its host, and the memory tier's redundancy stands for it.
    }

    public void End() => _inner.End();
}
