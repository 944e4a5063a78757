using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint;

/// <summary>
/// One rank's slots of one kind in its place: files that are reserved and mapped once and then reused for ever, because giving a process
/// fresh pages costs twice what copying into them does.
/// </summary>
/// <param name="directory">The memory tier's place.</param>
/// <param name="rank">Whose they are.</param>
/// <param name="kind">What they are for, as their names end.</param>
/// <param name="slotsMax">The most there may be at once.</param>
internal sealed class SlotPool(ISlotDirectory directory, int rank, string kind, int slotsMax) : IDisposable
{
    private readonly List<StateSlot> _slots = [];

    public IReadOnlyList<StateSlot> Slots => _slots;

    /// <summary>The memory that the slots take.</summary>
    public long ReservedBytes => _slots.Sum(static s => s.LengthBytes);

    /// <summary>A slot that no version holds, of exactly that length, since a shard's file ends where the shard does.</summary>
    /// <param name="lengthBytes">The length.</param>
    /// <param name="staleness">How much would have to be copied into a slot: the least stale one is taken.</param>
    public StateSlot Acquire(long lengthBytes, Func<StateSlot, long> staleness)
    {
        List<StateSlot> free = [.. _slots.Where(IsFree)];
        foreach (StateSlot unfit in free.Where(s => s.LengthBytes != lengthBytes).ToArray()) Remove(unfit);
        if (free.Where(s => s.LengthBytes == lengthBytes).MinBy(staleness) is { } slot) return slot;
        if (_slots.Count >= slotsMax)
        {
            throw new CheckpointException(
                $"All {slotsMax} slots of rank {rank} in {directory.Location} hold versions that could not be retired. "
                + "Earlier warnings say why; no checkpoint can be taken into memory until they are gone.");
        }

        return Create(lengthBytes);
    }

    /// <summary>A free slot of that length, or null: never creates one.</summary>
    public StateSlot? FindFree(long lengthBytes, StateSlot except) =>
        _slots.Find(s => s != except && s.LengthBytes == lengthBytes && IsFree(s));

    /// <summary>Takes over what an earlier process of this rank left: warm pages, of use once no version holds them.</summary>
    public void Adopt()
    {
        foreach (DirectoryEntry entry in directory.List(""))
        {
            if (entry.IsDirectory || !SlotName.TryParse(entry.Name, out int owner, out _, out string foundKind)) continue;
            if (owner != rank || foundKind != kind) continue;
            _slots.Add(new StateSlot(entry.Name, directory.Map(entry.Name, isWritable: true)));
        }
    }

    public void Dispose()
    {
        foreach (StateSlot slot in _slots) slot.Dispose();
        _slots.Clear();
    }

    private bool IsFree(StateSlot slot) => directory.CountNames(slot.Path) == 1;

    private StateSlot Create(long lengthBytes)
    {
        int number = 0;
        while (_slots.Exists(s => s.Path == SlotName.Of(rank, number, kind))) number++;
        string path = SlotName.Of(rank, number, kind);
        var slot = new StateSlot(path, directory.CreateMapped(path, lengthBytes));
        _slots.Add(slot);
        return slot;
    }

    private void Remove(StateSlot slot)
    {
        _slots.Remove(slot);
        slot.Dispose();
        directory.DeleteFile(slot.Path);
    }
}
