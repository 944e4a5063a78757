using System;
using System.Buffers.Binary;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>
/// What travels between two ranks behind the job's back, after the handshake (<see cref="MeshHandshake"/>). All numbers little-endian.
/// <code>
/// offset  bytes
///      0      4  magic "HVMF"
///      4      2  format version, 1
///      6      2  kind (MeshFrameKind)
///      8      8  length of what follows the head, 0 to the connection's limit
///     16      4  CRC-32C of what follows
///     20      4  CRC-32C of the head before it
///     24         what follows: a round's bytes, a request, bytes of a file, or the words of a refusal
/// </code>
/// docs/formats/mesh.md is the page of this file.
/// </summary>
internal readonly record struct MeshFrame(MeshFrameKind Kind, long LengthBytes, uint Checksum)
{
    public const int HeadBytes = 24;
    public const ushort FormatVersion = 1;

    private static ReadOnlySpan<byte> Magic => "HVMF"u8;

    public void Encode(Span<byte> head)
    {
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], (ushort)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], LengthBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], Crc32C.Of(head[..20]));
    }

    /// <summary>Reads a head; throws <see cref="MeshException"/> on anything but an intact one within the limit.</summary>
    public static MeshFrame Decode(ReadOnlySpan<byte> head, long limitBytes, string peer)
    {
        if (!head[..4].SequenceEqual(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(head[20..]) != Crc32C.Of(head[..20]))
            throw new MeshException($"What came from {peer} is not a frame of HpcVirt; something else speaks on this connection.");
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(head[4..]);
        if (version != FormatVersion) throw new MeshException($"{peer} speaks frame version {version}, this rank {FormatVersion}; start all ranks from one build.");
        var kind = (MeshFrameKind)BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        long lengthBytes = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        if (lengthBytes < 0 || lengthBytes > limitBytes)
            throw new MeshException($"{peer} announces {lengthBytes} bytes where at most {limitBytes} are taken.");
        return new MeshFrame(kind, lengthBytes, BinaryPrimitives.ReadUInt32LittleEndian(head[16..]));
    }
}
