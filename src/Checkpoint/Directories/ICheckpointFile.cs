using System;

namespace HpcVirt.Checkpoint;

/// <summary>One open file of a place. Failures are <see cref="CheckpointDirectoryException"/>.</summary>
public interface ICheckpointFile : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    long GetLengthBytes();

    /// <summary>Writes all bytes at the offset, lengthening the file where needed; gaps read as zeros.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offsetBytes);

    /// <summary>Reads up to the buffer's length; returns how much, and 0 only at or after the end.</summary>
    int Read(Span<byte> buffer, long offsetBytes);

    /// <summary>Returns only when everything written so far would survive the loss of power.</summary>
    void Sync();
}
