using System;
using HpcVirt.Checkpoint.Files;

namespace HpcVirt.Checkpoint.Tests.Files;

/// <summary>A real file whose durability is watched, and may be made to fail.</summary>
internal sealed class WrittenFile(string path) : IApplicationFile
{
    private readonly PhysicalApplicationFile _inner = new(path);

    public int Syncs { get; private set; }

    public bool FailsToSync { get; set; }

    public string Path => _inner.Path;

    public bool Exists => _inner.Exists;

    public ulong Number => _inner.Number;

    public int Mode => _inner.Mode;

    public ICheckpointFile Open() => new Opened(this, _inner.Open());

    public void SyncName() => _inner.SyncName();

    public void Truncate(long lengthBytes) => _inner.Truncate(lengthBytes);

    public void Delete() => _inner.Delete();

    public ICheckpointFile CreateReplacement(long reserveBytes) => _inner.CreateReplacement(reserveBytes);

    public void Replace(int mode) => _inner.Replace(mode);

    public void DropReplacement() => _inner.DropReplacement();

    private sealed class Opened(WrittenFile owner, ICheckpointFile inner) : ICheckpointFile
    {
        public long GetLengthBytes() => inner.GetLengthBytes();

        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) => inner.Write(bytes, offsetBytes);

        public int Read(Span<byte> buffer, long offsetBytes) => inner.Read(buffer, offsetBytes);

        public void Sync()
        {
            if (owner.FailsToSync) throw new CheckpointDirectoryException(DirectoryFault.DeviceError, "fsync", owner.Path, "Input/output error");
            inner.Sync();
            owner.Syncs++;
        }

        public void Dispose() => inner.Dispose();
    }
}
