using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint;

/// <summary>
/// The memory tier's place as a restart reads it: files that are slots of this process are mapped already, and mapping them once more would take
/// longer than checking them.
/// </summary>
/// <remarks>For the thread that owns the pools, and only while no slot is given back.</remarks>
/// <param name="inner">The place.</param>
/// <param name="pools">Whose slots are mapped.</param>
internal sealed class WarmDirectory(ISlotDirectory inner, IReadOnlyList<SlotPool> pools) : ICheckpointDirectory
{
    public string Location => inner.Location;

    public long GetFreeBytes() => inner.GetFreeBytes();

    public void CreateRoot() => inner.CreateRoot();

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public ICheckpointFile CreateFile(string path, long reserveBytes) => inner.CreateFile(path, reserveBytes);

    public ICheckpointFile OpenFile(string path)
    {
        ulong number = inner.FileNumber(path);
        StateSlot? slot = pools.SelectMany(static p => p.Slots).FirstOrDefault(s => inner.FileNumber(s.Path) == number);
        return slot is null ? inner.OpenFile(path) : new MappedFile(path, slot.Memory, ownsMemory: false);
    }

    public bool Exists(string path) => inner.Exists(path);

    public IReadOnlyList<DirectoryEntry> List(string path) => inner.List(path);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void SyncDirectory(string path) => inner.SyncDirectory(path);

    public void DeleteFile(string path) => inner.DeleteFile(path);

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);
}
