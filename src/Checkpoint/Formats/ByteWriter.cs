using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>Writes the little-endian fields of which all formats here are made.</summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public int Length => _buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void Int32(int value) => UInt32((uint)value);

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Bytes(ReadOnlySpan<byte> value) => _buffer.Write(value);

    /// <summary>A 4-byte length and UTF-8.</summary>
    public void Text(string value)
    {
        int lengthBytes = Encoding.UTF8.GetByteCount(value);
        Int32(lengthBytes);
        Encoding.UTF8.GetBytes(value, _buffer.GetSpan(lengthBytes));
        _buffer.Advance(lengthBytes);
    }

    /// <summary>The CRC-32C of everything before it, which ends every format here.</summary>
    public void Checksum() => UInt32(Crc32C.Of(Written));

    public byte[] ToArray() => Written.ToArray();
}
