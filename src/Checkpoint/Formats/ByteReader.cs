using System;
using System.Buffers.Binary;
using System.Text;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// Reads what <see cref="ByteWriter"/> writes, from bytes that nobody vouches for: every failure is a
/// <see cref="CheckpointFormatException"/>, and nothing is allocated before it is known that the bytes for it are there.
/// </summary>
internal ref struct ByteReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _file;

    public ByteReader(ReadOnlySpan<byte> bytes, string file)
    {
        _bytes = bytes;
        _file = file;
    }

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    /// <summary>A 4-byte number that must be within bounds.</summary>
    public int Int32(string field, int minimum, int maximum)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));
        if (value < minimum || value > maximum) throw Bad($"{field} is {value}, outside {minimum}..{maximum}");
        return value;
    }

    public long SignedInt64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>An 8-byte number that must not be negative.</summary>
    public long Int64(string field)
    {
        long value = SignedInt64();
        if (value < 0) throw Bad($"{field} is {value}, which is negative");
        return value;
    }

    /// <summary>The number of things that follow, each of which takes at least so many bytes.</summary>
    public int Count(string field, int minimumBytesEach)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));
        if (value < 0 || value > Remaining / minimumBytesEach) throw Bad($"{field} is {value}, more than the bytes that follow can hold");
        return value;
    }

    public string Text(string field, int maximumBytes)
    {
        int lengthBytes = Count(field, 1);
        if (lengthBytes > maximumBytes) throw Bad($"{field} takes {lengthBytes} bytes, more than {maximumBytes}");
        try
        {
            return StrictUtf8.GetString(Bytes(lengthBytes));
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"{field} is not UTF-8");
        }
    }

    /// <summary>A text of which the empty one means "none".</summary>
    public string? Reason() => Text("reason", int.MaxValue) is { Length: > 0 } reason ? reason : null;

    public ReadOnlySpan<byte> Bytes(int lengthBytes)
    {
        if (lengthBytes > Remaining) throw Bad($"ends here, {lengthBytes - Remaining} bytes short");
        ReadOnlySpan<byte> bytes = _bytes.Slice(Position, lengthBytes);
        Position += lengthBytes;
        return bytes;
    }

    /// <summary>Steps to a position at or after this one.</summary>
    public void SkipTo(int position) => _ = Bytes(position - Position);

    public void Magic(ReadOnlySpan<byte> magic, string kind)
    {
        if (!Bytes(magic.Length).SequenceEqual(magic)) throw Bad($"does not begin as {kind} does");
    }

    public void FormatVersion(int known)
    {
        uint value = UInt32();
        if (value != known) throw Bad($"has format version {value}; this program reads version {known}");
    }

    /// <summary>Checks the CRC-32C that ends the bytes, before any other field is believed.</summary>
    public readonly void CheckTrailingChecksum()
    {
        if (_bytes.Length < 4) throw new CheckpointFormatException(_file, 0, "is too short to hold a checksum");
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[^4..]);
        uint computed = Crc32C.Of(_bytes[..^4]);
        if (stored != computed)
        {
            throw new CheckpointFormatException(
                _file, _bytes.Length - 4, $"checksum of the first {_bytes.Length - 4} bytes is {computed:x8}, but {stored:x8} is recorded");
        }
    }

    /// <summary>Only the checksum may be left.</summary>
    public readonly void CheckEnd()
    {
        if (Remaining != 4) throw Bad($"{Remaining - 4} bytes are left over");
    }

    public readonly CheckpointFormatException Bad(string reason) => new(_file, Position, reason);
}
