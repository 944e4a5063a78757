using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>Makes a shard of what was staged: checksums from the copy in memory, the header, and the version's name for the slot.</summary>
/// <param name="staged">The staged state, or null if staging failed, which the commit has been told as this rank's objection.</param>
/// <param name="directory">The memory tier's place.</param>
/// <param name="redundancy">What protects the ranks of this failure group, or null.</param>
internal sealed class StagedShardWork(StagedShard? staged, ISlotDirectory directory, IRedundancy? redundancy) : IShardWork
{
    // The slots are there already: nothing has to be found room for.
    public long NeededBytes => 0;

    public Shard Plan(VersionName name, long step, int rank, int rankCount, string program) =>
        staged?.Plan ?? throw new CheckpointException("Nothing was staged.");

    public (long LengthBytes, uint Checksum) Write(Shard plan, Place place)
    {
        StateSlot slot = staged!.Slot;
        foreach (RegionEntry entry in plan.Regions)
        {
            SlotRegion region = slot[entry];
            region.Check(slot.Memory, entry.OffsetBytes);
            region.BlockChecksums.CopyTo(entry.BlockChecksums, 0);
        }

        byte[] header = plan.EncodeHeader();
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4..));
        plan.EncodeTrailer(checksum).CopyTo(slot.Memory.Slice(plan.TrailerOffsetBytes, Shard.TrailerBytes));
        header.CopyTo(slot.Memory.Slice(0, header.Length));
        directory.Link(slot.Path, $"{plan.Name.Temporary}/{VersionName.Shard(plan.Rank)}");
        return (plan.LengthBytes, checksum);
    }

    public void Protect(Shard plan, Place place, IReadOnlyList<ManifestShard> shards) => redundancy?.Protect(plan.Name, shards);

    public void End()
    {
        // The regions were let go of when the rank went on.
    }
}
