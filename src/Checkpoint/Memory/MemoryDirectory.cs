using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using HpcVirt.Checkpoint.Native;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Checkpoint;

/// <summary>A place in memory: a directory on a tmpfs such as <c>/dev/shm</c>. It survives the processes of a job, not the host.</summary>
/// <remarks>It works on every Linux file system that can map files and link them; only on a tmpfs is it memory.</remarks>
public sealed class MemoryDirectory : ISlotDirectory
{
    private readonly PhysicalDirectory _inner;

    /// <summary>The place at a path, relative to the working directory of now.</summary>
    public MemoryDirectory(string path) => _inner = new PhysicalDirectory(path);

    /// <inheritdoc/>
    public string Location => _inner.Location;

    /// <inheritdoc/>
    public long GetFreeBytes() => _inner.GetFreeBytes();

    /// <inheritdoc/>
    public void CreateRoot() => _inner.CreateRoot();

    /// <inheritdoc/>
    public void CreateDirectory(string path) => _inner.CreateDirectory(path);

    /// <inheritdoc/>
    public ICheckpointFile CreateFile(string path, long reserveBytes) => _inner.CreateFile(path, reserveBytes);

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2000", Justification = "The file that is returned owns the mapping.")]
    public ICheckpointFile OpenFile(string path) => new MappedFile(Full(path), ((ISlotDirectory)this).Map(path, isWritable: false));

    /// <inheritdoc/>
    public bool Exists(string path) => _inner.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<DirectoryEntry> List(string path) => _inner.List(path);

    /// <inheritdoc/>
    public void Rename(string from, string to) => _inner.Rename(from, to);

    /// <inheritdoc/>
    public void SyncDirectory(string path) => _inner.SyncDirectory(path);

    /// <inheritdoc/>
    public void DeleteFile(string path) => _inner.DeleteFile(path);

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => _inner.DeleteDirectory(path);

    MappedMemory ISlotDirectory.CreateMapped(string path, long lengthBytes)
    {
        using (ICheckpointFile file = _inner.CreateFile(path, lengthBytes))
        {
            long actualBytes = file.GetLengthBytes();
            if (actualBytes < lengthBytes)
            {
                throw new CheckpointDirectoryException(
                    DirectoryFault.Other, $"reserve {lengthBytes} bytes for", Full(path), "the file system cannot reserve; name a directory on a tmpfs");
            }
        }

        return ((ISlotDirectory)this).Map(path, isWritable: true);
    }

    MappedMemory ISlotDirectory.Map(string path, bool isWritable)
    {
        string full = Full(path);
        using SafeFileHandle handle = Open(full, isWritable ? LibC.ReadWrite : LibC.ReadOnly);
        long lengthBytes = RandomAccess.GetLength(handle);
        if (lengthBytes == 0) return new MappedMemory(0, 0, ownsMapping: false);
        int protection = isWritable ? MemoryCalls.ProtectReadWrite : MemoryCalls.ProtectRead;
        nint address = MemoryCalls.Map(
            0, (nuint)lengthBytes, protection, MemoryCalls.MapShared | MemoryCalls.MapPopulate, (int)handle.DangerousGetHandle(), 0);
        if (address == MemoryCalls.MapFailed) throw Errno.Failure(System.Runtime.InteropServices.Marshal.GetLastPInvokeError(), $"map {lengthBytes} bytes of", full);
        return new MappedMemory(address, lengthBytes);
    }

    void ISlotDirectory.Link(string existing, string added)
    {
        string fullAdded = Full(added);
        Check(LibC.Retry(() => MemoryCalls.Link(Full(existing), fullAdded)), "link", fullAdded);
    }

    IDisposable ISlotDirectory.TakeLock(string path, TimeSpan deadline, TimeProvider time) => SlotLock.Take(Full(path), deadline, time);

    int ISlotDirectory.CountNames(string path) => (int)Facts(Full(path)).NameCount;

    ulong ISlotDirectory.FileNumber(string path) => FileNumber(Full(path));

    /// <summary>The number by which the file system knows a file, whatever its names.</summary>
    internal static ulong FileNumber(string fullPath) => Facts(fullPath).FileNumber;

    private static MemoryCalls.FileFacts Facts(string full)
    {
        MemoryCalls.FileFacts facts = default;
        Check(LibC.Retry(() => MemoryCalls.Stat(LibC.AtWorkingDirectory, full, 0, MemoryCalls.StatNamesAndSize, out facts)), "look at", full);
        return facts;
    }

    private static SafeFileHandle Open(string full, int flags)
    {
        int descriptor = -1;
        Check(LibC.Retry(() => descriptor = LibC.Open(full, flags | LibC.CloseOnExec, 0)), "open", full);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int errno, string operation, string full)
    {
        if (errno != 0) throw Errno.Failure(errno, operation, full);
    }

    private string Full(string path) => path.Length == 0 ? Location : $"{Location}/{path}";
}
