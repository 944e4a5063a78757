using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>A <see cref="MemoryDisk"/> as one rank sees it, with a fate for each operation.</summary>
internal sealed class FaultyDirectory(MemoryDisk disk, FaultPlan plan) : ICheckpointDirectory
{
    public string Location => "/memory";

    public long GetFreeBytes() => Do("ask free space", static d => d.FreeBytes);

    public void CreateRoot() => Do("create root", static _ => true);

    public void CreateDirectory(string path) => Do($"mkdir {path}", d =>
    {
        d.Add(path, new MemoryDisk.Folder());
        return true;
    });

    public ICheckpointFile CreateFile(string path, long reserveBytes) => Do($"create {path}", d =>
    {
        if (reserveBytes > d.FreeBytes) throw new CheckpointDirectoryException(DirectoryFault.NoSpace, "reserve", path, "No space left on device");
        var node = new MemoryDisk.FileNode();
        d.Add(path, node);
        node.Bytes = new byte[reserveBytes];
        return (ICheckpointFile)new OpenedFile(this, node, path);
    });

    public ICheckpointFile OpenFile(string path) =>
        Do($"open {path}", d => (ICheckpointFile)new OpenedFile(this, d.FileAt(path), path));

    public bool Exists(string path) => Do($"look for {path}", d => d.Find(path) is not null);

    public IReadOnlyList<DirectoryEntry> List(string path) => Do($"list {path}", d =>
        d.FolderAt(path).Names.Select(static n => new DirectoryEntry(n.Key, n.Value is MemoryDisk.Folder)).ToArray());

    public void Rename(string from, string to) => Do($"rename {from} {to}", d =>
    {
        d.Rename(from, to);
        return true;
    });

    public void SyncDirectory(string path) => Do($"fsync {path}/", d =>
    {
        d.FolderAt(path).Sync();
        return true;
    });

    public void DeleteFile(string path) => Do($"unlink {path}", d =>
    {
        d.Remove(path);
        return true;
    });

    public void DeleteDirectory(string path) => Do($"rmdir {path}", d =>
    {
        d.Remove(path);
        return true;
    });

    private T Do<T>(string operation, Func<MemoryDisk, T> whole, Action<MemoryDisk>? half = null)
    {
        Fault fault = plan.Next(operation);
        switch (fault)
        {
            case Fault.KillBefore:
                throw new KilledException();
            case Fault.KillAfter:
                disk.Locked(whole);
                throw new KilledException();
            case Fault.KillInTheMiddle:
                Half();
                throw new KilledException();
            case Fault.NoSpace:
                Half();
                throw new CheckpointDirectoryException(DirectoryFault.NoSpace, operation, Location, "No space left on device");
            case Fault.DoneButReportedAsFailed:
                disk.Locked(whole);
                throw new CheckpointDirectoryException(DirectoryFault.DeviceError, operation, Location, "Input/output error");
            case Fault.DeviceError or Fault.DeviceErrorFromHereOn:
                throw new CheckpointDirectoryException(DirectoryFault.DeviceError, operation, Location, "Input/output error");
            default:
                return disk.Locked(whole);
        }

        void Half() => disk.Locked(d =>
        {
            half?.Invoke(d);
            return true;
        });
    }

    private sealed class OpenedFile(FaultyDirectory owner, MemoryDisk.FileNode node, string path) : ICheckpointFile
    {
        public long GetLengthBytes() => owner.Do($"length of {path}", _ => node.Bytes.LongLength);

        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
        {
            byte[] copy = bytes.ToArray();
            owner.Do($"write {path}@{offsetBytes}", _ => Put(copy, offsetBytes), _ => Put(copy[..(copy.Length / 2)], offsetBytes));
        }

        public int Read(Span<byte> buffer, long offsetBytes)
        {
            int wanted = buffer.Length;

            // One byte less than asked for where possible: short reads are normal, and every caller must go on.
            byte[] read = owner.Do($"read {path}@{offsetBytes}", _ => node.Bytes
                .Skip((int)long.Min(int.MaxValue, offsetBytes)).Take(wanted > 1 ? wanted - 1 : wanted).ToArray());
            read.CopyTo(buffer);
            return read.Length;
        }

        public void Sync() => owner.Do($"fsync {path}", _ =>
        {
            node.Sync();
            return true;
        });

        public void Dispose()
        {
        }

        private bool Put(byte[] bytes, long offsetBytes)
        {
            if (node.Bytes.Length < offsetBytes + bytes.Length)
            {
                byte[] longer = new byte[offsetBytes + bytes.Length];
                node.Bytes.CopyTo(longer, 0);
                node.Bytes = longer;
            }

            bytes.CopyTo(node.Bytes, offsetBytes);
            return true;
        }
    }
}
