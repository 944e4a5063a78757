using System;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>A file in another rank's place, read over the ranks' own connections.</summary>
internal sealed class PeerFile(PeerFiles files, int peer, string path, long lengthBytes) : ICheckpointFile
{
    public long GetLengthBytes() => lengthBytes;

    public int Read(Span<byte> buffer, long offsetBytes)
    {
        int count = (int)long.Clamp(lengthBytes - offsetBytes, 0, buffer.Length);
        if (count > 0) files.Read(peer, path, offsetBytes, buffer[..count]);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) =>
        throw new CheckpointDirectoryException(DirectoryFault.AccessDenied, "write", path, "it lies in another rank's place");

    public void Sync()
    {
        // Nothing was written through this.
    }

    public void Dispose()
    {
        // The connection is the peer files' own.
    }
}
