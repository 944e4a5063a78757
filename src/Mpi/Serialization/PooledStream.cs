using System;
using System.Buffers;
using System.IO;

namespace MPI;

/// <summary>A growing stream in an array of the shared pool: what is serialized into it goes to MPI from where it stands, and the array goes back.</summary>
internal sealed class PooledStream : Stream
{
    private const int FirstBytes = 1024;

    private int _position;
    private int _length;

    public PooledStream(int firstBytes = FirstBytes) => Buffer = ArrayPool<byte>.Shared.Rent(Math.Max(firstBytes, 1));

    /// <summary>The bytes, valid up to <see cref="LengthBytes"/>; another array after the stream has grown.</summary>
    public byte[] Buffer { get; private set; }

    public int LengthBytes => _length;

    public override bool CanRead => false;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _length);
            _position = (int)value;
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A message is written here; it is read on the other side.");

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _length + offset,
    };

    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        MakeRoomFor(value);
        if (value > _length)
            Array.Clear(Buffer, _length, (int)value - _length);
        _length = (int)value;
        _position = Math.Min(_position, _length);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        MakeRoomFor((long)_position + buffer.Length);
        buffer.CopyTo(Buffer.AsSpan(_position));
        _position += buffer.Length;
        _length = Math.Max(_length, _position);
    }

    public override void WriteByte(byte value) => Write([value]);

    protected override void Dispose(bool disposing)
    {
        if (disposing && Buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = [];
        }

        base.Dispose(disposing);
    }

    private void MakeRoomFor(long bytes)
    {
        if (bytes <= Buffer.Length)
            return;
        if (bytes > Array.MaxLength)
        {
            throw new MpiSerializationException(
                $"A serialized value may have {Array.MaxLength} bytes (MPI counts the bytes of a message with an int), this one has more. Send it in parts, "
                + "or send its numbers as arrays, which are not serialized.");
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(bytes, Buffer.Length * 2L), Array.MaxLength));
        Buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(Buffer);
        Buffer = larger;
    }
}
