using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>A real place in memory as one rank sees it, with a fate for each operation.</summary>
/// <remarks>
/// What is stored into slots through their mappings is no operation of a directory. So a kill in the middle leaves garbage in every slot that no
/// version holds, which is the worst that stores under way can leave.
/// </remarks>
internal sealed class FaultySlots(MemoryDirectory inner, FaultPlan plan) : ISlotDirectory
{
    private readonly ISlotDirectory _inner = inner;

    public string Location => _inner.Location;

    public long GetFreeBytes() => Do("ask free space", _inner.GetFreeBytes);

    public void CreateRoot() => Do("create root", _inner.CreateRoot);

    public void CreateDirectory(string path) => Do($"mkdir {path}", () => _inner.CreateDirectory(path));

    public ICheckpointFile CreateFile(string path, long reserveBytes) =>
        Do($"create {path}", () => (ICheckpointFile)new OpenedFile(this, _inner.CreateFile(path, reserveBytes), path));

    public ICheckpointFile OpenFile(string path) => Do($"open {path}", () => _inner.OpenFile(path));

    public bool Exists(string path) => Do($"look for {path}", () => _inner.Exists(path));

    public IReadOnlyList<DirectoryEntry> List(string path) => Do($"list {path}", () => _inner.List(path));

    public void Rename(string from, string to) => Do($"rename {from} {to}", () => _inner.Rename(from, to));

    public void SyncDirectory(string path) => Do($"fsync {path}/", () => _inner.SyncDirectory(path));

    public void DeleteFile(string path) => Do($"unlink {path}", () => _inner.DeleteFile(path));

    public void DeleteDirectory(string path) => Do($"rmdir {path}", () => _inner.DeleteDirectory(path));

    public MappedMemory CreateMapped(string path, long lengthBytes) => Do($"create and map {path}", () => _inner.CreateMapped(path, lengthBytes));

    public MappedMemory Map(string path, bool isWritable) => Do($"map {path}", () => _inner.Map(path, isWritable));

    public void Link(string existing, string added) => Do($"link {existing} {added}", () => _inner.Link(existing, added));

    public IDisposable TakeLock(string path, TimeSpan deadline, TimeProvider time) => _inner.TakeLock(path, deadline, time);

    public int CountNames(string path) => Do($"count names of {path}", () => _inner.CountNames(path));

    // Asking changes nothing, and is asked of every slot: a fault of its own would only repeat those of opening.
    public ulong FileNumber(string path) => _inner.FileNumber(path);

    private void Do(string operation, Action work, Action? half = null) => Do(
        operation,
        () =>
        {
            work();
            return true;
        },
        half);

    private T Do<T>(string operation, Func<T> work, Action? half = null)
    {
        switch (plan.Next(operation))
        {
            case Fault.None:
                return work();
            case Fault.KillBefore:
                throw new KilledException();
            case Fault.KillAfter:
                work();
                throw new KilledException();
            case Fault.KillInTheMiddle:
                half?.Invoke();
                SpoilFreeSlots();
                throw new KilledException();
            case Fault.NoSpace:
                half?.Invoke();
                throw new CheckpointDirectoryException(DirectoryFault.NoSpace, operation, Location, "No space left on device");
            case Fault.DoneButReportedAsFailed:
                work();
                throw new CheckpointDirectoryException(DirectoryFault.DeviceError, operation, Location, "Input/output error");
            default:
                throw new CheckpointDirectoryException(DirectoryFault.DeviceError, operation, Location, "Input/output error");
        }
    }

    private void SpoilFreeSlots()
    {
        foreach (DirectoryEntry entry in _inner.List("").Where(static e => SlotName.TryParse(e.Name, out _, out _, out _)))
        {
            if (_inner.CountNames(entry.Name) != 1) continue;
            using MappedMemory slot = _inner.Map(entry.Name, isWritable: true);
            Span<byte> rear = slot.Slice(slot.LengthBytes / 2, (int)(slot.LengthBytes - (slot.LengthBytes / 2)));
            rear.Fill(0xA5);
        }
    }

    private sealed class OpenedFile(FaultySlots owner, ICheckpointFile file, string path) : ICheckpointFile
    {
        public long GetLengthBytes() => file.GetLengthBytes();

        public int Read(Span<byte> buffer, long offsetBytes) => file.Read(buffer, offsetBytes);

        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
        {
            byte[] copy = bytes.ToArray();
            owner.Do($"write {path}@{offsetBytes}", () => file.Write(copy, offsetBytes), () => file.Write(copy.AsSpan(0, copy.Length / 2), offsetBytes));
        }

        public void Sync() => owner.Do($"fsync {path}", file.Sync);

        public void Dispose() => file.Dispose();
    }
}
