using System;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>A file as a row of bytes that goes on with zeros behind its end, which is how sums see it. The file stays its owner's.</summary>
internal sealed class PeerShard(ICheckpointFile file, long lengthBytes)
{
    private byte[] _buffer = [];

    /// <summary>The bytes from an offset on: in place where they are memory, else in a buffer that the next call overwrites.</summary>
    /// <param name="offsetBytes">Where.</param>
    /// <param name="wantedBytes">How many; fewer come at the end of the file, where zeros follow.</param>
    public ReadOnlySpan<byte> Read(long offsetBytes, int wantedBytes)
    {
        int count = (int)long.Clamp(lengthBytes - offsetBytes, 0, wantedBytes);
        if (count == 0) return default;
        if (file is IViewableFile viewable) return viewable.View(offsetBytes, count);
        if (_buffer.Length < count) _buffer = new byte[wantedBytes];
        Formats.FileBytes.ReadExactly(file, _buffer.AsSpan(0, count), offsetBytes, "a file that is being summed", region: null);
        return _buffer.AsSpan(0, count);
    }
}
