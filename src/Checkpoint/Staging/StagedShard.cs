using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>The state of one rank as it was when the rank stood still, in a slot; what is behind the rank's back goes on from here.</summary>
/// <param name="Plan">Where everything lies; the checksums are still to be filled in.</param>
/// <param name="Slot">The bytes.</param>
/// <param name="CopiedBytes">How many of them were copied now.</param>
internal sealed record StagedShard(Shard Plan, StateSlot Slot, long CopiedBytes);
