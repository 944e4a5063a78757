using System;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>A region of a staged shard, as what further tiers write: the program's memory has moved on, this has not.</summary>
internal sealed class SlotShardRegion(RegionEntry entry, MappedMemory slot) : CheckpointRegion(entry.Descriptor.Name)
{
    public override RegionDescriptor BeginSave() => entry.Descriptor;

    public override void EndSave()
    {
        // The slot stays as it is until its version is retired.
    }

    public override void Check(RegionDescriptor stored) => throw Never();

    public override void BeginRestore(RegionDescriptor stored) => throw Never();

    public override void EndRestore() => throw Never();

    public override Span<byte> Slice(long offsetBytes, int lengthBytes) => slot.Slice(entry.OffsetBytes + offsetBytes, lengthBytes);

    private InvalidOperationException Never() => new($"Region '{Name}' of a staged shard is only ever written, never filled.");
}
