using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>The frame of the control channel: the one place that knows its bytes. See docs/formats/control-frame.md.</summary>
/// <remarks>
/// Integers are little-endian.
/// <code>
///  offset  bytes  field
///       0      4  magic     'H' 'V' 'C' 'T'
///       4      2  version   1
///       6      2  type      FrameType
///       8      4  length    n, bytes of payload, 0 .. 65,484
///      12      8  sequence  0 for the first frame of a direction, then one more each
///      20      n  payload   see ControlMessageCodec
///    20+n     32  tag       HMAC-SHA256(key, bytes 0 .. 20+n-1)
/// </code>
/// A tag and not a CRC: it detects damage as well, and a frame that was made, changed, replayed or taken from another
/// session (other key) or direction (other key) does not pass.
/// </remarks>
internal static class ControlFrame
{
    public const ushort Version = 1;
    public const int HeaderBytes = 20;
    public const int TagBytes = 32;
    public const int FrameBytesMax = 64 * 1024;
    public const int PayloadBytesMax = FrameBytesMax - HeaderBytes - TagBytes;

    private static ReadOnlySpan<byte> Magic => "HVCT"u8;

    /// <summary>Writes one frame into <paramref name="frame"/> and returns its length in bytes.</summary>
    public static int Write(Span<byte> frame, FrameType type, ulong sequence, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, PayloadBytesMax);
        int signedBytes = HeaderBytes + payload.Length;
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[6..], (ushort)type);
        BinaryPrimitives.WriteInt32LittleEndian(frame[8..], payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[12..], sequence);
        payload.CopyTo(frame[HeaderBytes..]);
        HMACSHA256.HashData(key, frame[..signedBytes], frame.Slice(signedBytes, TagBytes));
        return signedBytes + TagBytes;
    }

    /// <summary>
    /// Judges a header before anything behind it is read, so that a stranger's length never becomes an allocation.
    /// </summary>
    /// <returns>The frame's type and the bytes that follow the header (payload and tag).</returns>
    /// <exception cref="ControlChannelException">The header is not one of ours, or not the next one.</exception>
    public static (FrameType Type, int RestBytes) ReadHeader(ReadOnlySpan<byte> header, ulong expectedSequence)
    {
        if (!header[..4].SequenceEqual(Magic))
            throw Refuse(ChannelRefusal.WrongMagic, "the bytes are not a control frame (magic 'HVCT' missing)");
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (version != Version)
            throw Refuse(ChannelRefusal.WrongVersion, $"the frame has version {version}, this side speaks {Version}: use the same release of HpcVirt on both sides");
        var type = (FrameType)BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        if (type == FrameType.None || !Enum.IsDefined(type))
            throw Refuse(ChannelRefusal.UnexpectedType, $"frame type {(int)type} is unknown");
        uint payloadBytes = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (payloadBytes > PayloadBytesMax)
            throw Refuse(ChannelRefusal.Oversize, $"the frame announces {payloadBytes} bytes of payload, at most {PayloadBytesMax} are allowed");
        ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(header[12..]);
        if (sequence != expectedSequence)
            throw Refuse(ChannelRefusal.WrongSequence, $"the frame has sequence number {sequence}, expected {expectedSequence}: it was replayed, dropped or reordered");
        return (type, (int)payloadBytes + TagBytes);
    }

    /// <summary>Verifies the tag of a whole frame and returns its payload, a slice of <paramref name="frame"/>.</summary>
    /// <exception cref="ControlChannelException">The tag does not match.</exception>
    public static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> key)
    {
        int signedBytes = frame.Length - TagBytes;
        Span<byte> tag = stackalloc byte[TagBytes];
        HMACSHA256.HashData(key, frame[..signedBytes], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, frame[signedBytes..]))
            throw Refuse(ChannelRefusal.WrongTag, "the frame's authentication tag does not match: it was damaged, or made without the job's secret");
        return frame[HeaderBytes..signedBytes];
    }

    private static ControlChannelException Refuse(ChannelRefusal refusal, string what) => new(refusal, $"Control channel: {what}.");
}
