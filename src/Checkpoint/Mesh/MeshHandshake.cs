using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>
/// How two ranks prove to each other that they are of one job: both know the job's key, which went through MPI, and neither sends it. All
/// numbers little-endian.
/// <code>
/// caller -> listener   offset  bytes
///                           0      4  magic "HVMH"
///                           4      2  format version, 1
///                           6      2  purpose: 1 rounds, 2 files
///                           8      4  caller's rank
///                          12      4  listener's rank, as the caller believes
///                          16     16  caller's nonce
/// listener -> caller        0     16  listener's nonce
///                          16     32  HMAC-SHA-256 of "listener", the caller's 32 bytes and the listener's nonce
/// caller -> listener        0     32  HMAC-SHA-256 of "caller", the caller's 32 bytes and the listener's nonce
/// </code>
/// docs/formats/mesh.md is the page of this file.
/// </summary>
internal static class MeshHandshake
{
    public const int HelloBytes = 32;
    public const int NonceBytes = 16;
    public const int ProofBytes = 32;
    public const int KeyBytes = 32;
    public const ushort FormatVersion = 1;

    private static ReadOnlySpan<byte> Magic => "HVMH"u8;

    public static byte[] Hello(MeshPurpose purpose, int caller, int listener)
    {
        byte[] hello = new byte[HelloBytes];
        Magic.CopyTo(hello);
        BinaryPrimitives.WriteUInt16LittleEndian(hello.AsSpan(4), FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(hello.AsSpan(6), (ushort)purpose);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(8), caller);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(12), listener);
        RandomNumberGenerator.Fill(hello.AsSpan(16));
        return hello;
    }

    /// <summary>Who calls and why, or null if this is not a hello to this rank.</summary>
    public static (MeshPurpose Purpose, int Caller)? Read(ReadOnlySpan<byte> hello, int listener, int rankCount)
    {
        if (!hello[..4].SequenceEqual(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(hello[4..]) != FormatVersion) return null;
        var purpose = (MeshPurpose)BinaryPrimitives.ReadUInt16LittleEndian(hello[6..]);
        int caller = BinaryPrimitives.ReadInt32LittleEndian(hello[8..]);
        bool isForUs = BinaryPrimitives.ReadInt32LittleEndian(hello[12..]) == listener;
        return isForUs && caller >= 0 && caller < rankCount && purpose is MeshPurpose.Rounds or MeshPurpose.Files ? (purpose, caller) : null;
    }

    public static byte[] Proof(bool ofListener, ReadOnlySpan<byte> key, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> nonce) =>
        HMACSHA256.HashData(key, [.. ofListener ? "listener"u8 : "caller"u8, .. hello, .. nonce]);
}
