using System;
using HpcVirt.Checkpoint.Mesh;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>A file of another rank's place as a row of bytes that goes on with zeros behind its end, which is how sums see it.</summary>
internal sealed class PeerShard(PeerFiles files, int peer, string path, long lengthBytes, MappedMemory? own)
{
    private readonly MappedMemory? _mapped = own ?? files.TryMap(peer, path);
    private byte[] _buffer = [];

    /// <summary>The bytes from an offset on: in place where the memory can be seen, else in a buffer that the next call overwrites.</summary>
    /// <param name="offsetBytes">Where.</param>
    /// <param name="wantedBytes">How many; fewer come at the end of the file, where zeros follow.</param>
    public ReadOnlySpan<byte> Read(long offsetBytes, int wantedBytes)
    {
        int count = (int)long.Clamp(lengthBytes - offsetBytes, 0, wantedBytes);
        if (count == 0) return default;
        if (_mapped is not null) return _mapped.Slice(offsetBytes, count);
        if (_buffer.Length < count) _buffer = new byte[wantedBytes];
        files.Read(peer, path, offsetBytes, _buffer.AsSpan(0, count));
        return _buffer.AsSpan(0, count);
    }
}
