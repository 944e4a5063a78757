using System;
using System.Security.Cryptography;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Everything that is derived from the job's secret. Each derivation has its own label, so no value can stand in for another.</summary>
internal static class ControlKeys
{
    public const int NonceBytes = 32;
    public const int KeyBytes = 32;

    /// <summary>Key of the frames of the handshake, before both nonces are known.</summary>
    public static byte[] Handshake(ReadOnlySpan<byte> secret) => Derive(secret, "hpcvirt control 1 handshake"u8, [], []);

    /// <summary>What a rank sends to prove that it knows the secret: an HMAC over both nonces.</summary>
    public static byte[] RankProof(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> supervisorNonce, ReadOnlySpan<byte> rankNonce) =>
        Derive(secret, "hpcvirt control 1 rank proof"u8, supervisorNonce, rankNonce);

    /// <summary>What the supervisor sends to prove the same: a rank must not obey whoever sits on the socket's path.</summary>
    public static byte[] SupervisorProof(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> supervisorNonce, ReadOnlySpan<byte> rankNonce) =>
        Derive(secret, "hpcvirt control 1 supervisor proof"u8, supervisorNonce, rankNonce);

    /// <summary>Key of the frames from the rank to the supervisor in one session.</summary>
    public static byte[] FromRank(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> supervisorNonce, ReadOnlySpan<byte> rankNonce) =>
        Derive(secret, "hpcvirt control 1 from rank"u8, supervisorNonce, rankNonce);

    /// <summary>Key of the frames from the supervisor to the rank in one session.</summary>
    public static byte[] FromSupervisor(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> supervisorNonce, ReadOnlySpan<byte> rankNonce) =>
        Derive(secret, "hpcvirt control 1 from supervisor"u8, supervisorNonce, rankNonce);

    private static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        HMACSHA256.HashData(secret, [.. label, .. first, .. second]);
}
