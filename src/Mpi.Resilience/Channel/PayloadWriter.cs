using System;
using System.Buffers.Binary;
using System.Text;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Writes the fields of one payload. Texts are cut to a bound, so that no message can outgrow its frame.</summary>
internal ref struct PayloadWriter(Span<byte> buffer)
{
    /// <summary>Longest text in bytes of UTF-8; what is longer is cut at a character's boundary.</summary>
    public const int TextBytesMax = 1024;

    /// <summary>Most entries of a list of texts; the last one then says how many were left out.</summary>
    public const int TextsMax = 32;

    private readonly Span<byte> _buffer = buffer;
    private int _bytes;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._bytes];

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer[_bytes..], value);
        _bytes += sizeof(int);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer[_bytes..], value);
        _bytes += sizeof(long);
    }

    public void Flag(bool value) => _buffer[_bytes++] = value ? (byte)1 : (byte)0;

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_buffer[_bytes..]);
        _bytes += value.Length;
    }

    public void Text(string value)
    {
        Span<byte> place = _buffer.Slice(_bytes + sizeof(ushort), TextBytesMax);
        // The encoder stops before a character that does not fit, so a cut text is still valid UTF-8.
        Encoder encoder = Encoding.UTF8.GetEncoder();
        encoder.Convert(value, place, flush: true, out _, out int written, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_bytes..], (ushort)written);
        _bytes += sizeof(ushort) + written;
    }

    public void Texts(System.Collections.Generic.IReadOnlyList<string> values)
    {
        int kept = values.Count <= TextsMax ? values.Count : TextsMax - 1;
        Int32(kept == values.Count ? kept : kept + 1);
        for (int i = 0; i < kept; i++) Text(values[i]);
        if (kept != values.Count) Text($"... and {values.Count - kept} more");
    }
}
