using System;
using System.IO;
using System.Security.Cryptography;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>
/// Mutual proof of the job's secret by challenge and response (see the diagram at <see cref="FrameType"/>). The nonces are passed
/// in; callers outside tests take them from the system's cryptographic generator.
/// </summary>
internal static class ControlHandshake
{
    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(ControlKeys.NonceBytes);

    /// <summary>The supervisor's half. Returns the connection under the session's keys.</summary>
    /// <exception cref="ControlChannelException">The peer does not know the secret, or does not speak the protocol.</exception>
    public static ControlConnection AcceptRank(Stream stream, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> supervisorNonce)
    {
        byte[] handshakeKey = ControlKeys.Handshake(secret);
        var connection = new ControlConnection(stream, handshakeKey, handshakeKey);
        connection.SendRaw(FrameType.Challenge, supervisorNonce);
        ReadOnlySpan<byte> response = ReceiveProven(connection, FrameType.Response, ControlKeys.NonceBytes + ControlKeys.KeyBytes);
        byte[] rankNonce = response[..ControlKeys.NonceBytes].ToArray();
        Demand(response[ControlKeys.NonceBytes..], ControlKeys.RankProof(secret, supervisorNonce, rankNonce));
        connection.SendRaw(FrameType.Welcome, ControlKeys.SupervisorProof(secret, supervisorNonce, rankNonce));
        connection.Rekey(
            sendKey: ControlKeys.FromSupervisor(secret, supervisorNonce, rankNonce),
            receiveKey: ControlKeys.FromRank(secret, supervisorNonce, rankNonce));
        return connection;
    }

    /// <summary>The rank's half. Returns the connection under the session's keys.</summary>
    /// <exception cref="ControlChannelException">The peer does not know the secret, or does not speak the protocol.</exception>
    public static ControlConnection JoinSupervisor(Stream stream, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> rankNonce)
    {
        byte[] handshakeKey = ControlKeys.Handshake(secret);
        var connection = new ControlConnection(stream, handshakeKey, handshakeKey);
        byte[] supervisorNonce = ReceiveProven(connection, FrameType.Challenge, ControlKeys.NonceBytes).ToArray();
        connection.SendRaw(FrameType.Response, [.. rankNonce, .. ControlKeys.RankProof(secret, supervisorNonce, rankNonce)]);
        ReadOnlySpan<byte> proof = ReceiveProven(connection, FrameType.Welcome, ControlKeys.KeyBytes);
        Demand(proof, ControlKeys.SupervisorProof(secret, supervisorNonce, rankNonce));
        connection.Rekey(
            sendKey: ControlKeys.FromRank(secret, supervisorNonce, rankNonce),
            receiveKey: ControlKeys.FromSupervisor(secret, supervisorNonce, rankNonce));
        return connection;
    }

    private static ReadOnlySpan<byte> ReceiveProven(ControlConnection connection, FrameType type, int bytes)
    {
        try
        {
            ReadOnlySpan<byte> payload = connection.ReceiveRaw(type);
            if (payload.Length != bytes)
                throw new ControlChannelException(ChannelRefusal.MalformedPayload, $"Control channel: a {type} frame has {payload.Length} bytes of payload instead of {bytes}.");
            return payload;
        }
        catch (ControlChannelException error) when (error.Refusal == ChannelRefusal.WrongTag)
        {
            // During the handshake a wrong tag has one likely cause, and it deserves its own name.
            throw WrongSecret(error);
        }
    }

    private static void Demand(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> expected)
    {
        if (!CryptographicOperations.FixedTimeEquals(proof, expected)) throw WrongSecret(null);
    }

    private static ControlChannelException WrongSecret(Exception? cause) => new(
        ChannelRefusal.WrongSecret,
        $"Control channel: the peer does not know the job's secret. {ControlEnvironment.Socket} and {ControlEnvironment.SecretFile} must come from the same `hpcvirt run`.",
        cause);
}
