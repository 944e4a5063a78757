using System;
using System.IO;

namespace MPI;

/// <summary>A stream whose reads and writes are delegates, for serializers that move their bytes somewhere else. Source-compatible with MPI.NET.</summary>
public class ActionStream : Stream
{
    private readonly Func<byte[], int>? _read;
    private readonly Action<byte[]>? _write;
    private readonly Action? _flush;

    /// <summary>Makes a stream of delegates.</summary>
    /// <param name="readAction">Fills an array from its start and returns how many bytes it filled, 0 at the end; null for a stream that is only written.</param>
    /// <param name="writeAction">Takes an array of bytes, all of them valid; null for a stream that is only read.</param>
    /// <param name="flushAction">Called when the stream is flushed, and once when it is closed.</param>
    public ActionStream(Func<byte[], int>? readAction, Action<byte[]>? writeAction, Action? flushAction = null)
    {
        _read = readAction;
        _write = writeAction;
        _flush = flushAction;
    }

    /// <inheritdoc/>
    public override bool CanRead => _read is not null;

    /// <summary>Always false.</summary>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _write is not null;

    /// <summary>Not known.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw NotSeekable();

    /// <summary>Not known.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw NotSeekable();
        set => throw NotSeekable();
    }

    /// <inheritdoc/>
    public override void Flush() => _flush?.Invoke();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        if (_read is null)
            throw new NotSupportedException("This ActionStream was made without a read delegate.");
        if (offset == 0 && count == buffer.Length)
            return _read(buffer);

        // The delegate fills whole arrays, so a part of one is read by way of another.
        byte[] part = new byte[count];
        int bytes = _read(part);
        Array.Copy(part, 0, buffer, offset, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        if (_write is null)
            throw new NotSupportedException("This ActionStream was made without a write delegate.");
        _write(offset == 0 && count == buffer.Length ? buffer : buffer.AsSpan(offset, count).ToArray());
    }

    /// <summary>Not possible.</summary>
    /// <param name="offset">Ignored.</param>
    /// <param name="origin">Ignored.</param>
    /// <returns>Never.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw NotSeekable();

    /// <summary>Does nothing: the stream has no length to set.</summary>
    /// <param name="value">Ignored.</param>
    public override void SetLength(long value)
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Flush();
        base.Dispose(disposing);
    }

    private static NotSupportedException NotSeekable() => new("An ActionStream has neither a length nor a position; wrap it in a BufferedStream or copy it first.");
}
