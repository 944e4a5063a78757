using System;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>One authenticated connection to another rank. Blocking, with a deadline on every wait; used by one thread at a time.</summary>
internal sealed class MeshConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly string _peer;
    private readonly byte[] _head = new byte[MeshFrame.HeadBytes];

    public MeshConnection(Socket socket, string peer, TimeSpan deadline)
    {
        _socket = socket;
        _peer = peer;
        socket.SendTimeout = socket.ReceiveTimeout = (int)deadline.TotalMilliseconds;
        if (socket.ProtocolType == ProtocolType.Tcp) socket.NoDelay = true;
    }

    /// <summary>The caller's half of the handshake.</summary>
    public void Introduce(MeshPurpose purpose, int me, int peer, ReadOnlySpan<byte> key)
    {
        byte[] hello = MeshHandshake.Hello(purpose, me, peer);
        SendAll(hello);
        byte[] answer = new byte[MeshHandshake.NonceBytes + MeshHandshake.ProofBytes];
        ReceiveAll(answer);
        ReadOnlySpan<byte> nonce = answer.AsSpan(0, MeshHandshake.NonceBytes);
        if (!CryptographicOperations.FixedTimeEquals(MeshHandshake.Proof(ofListener: true, key, hello, nonce), answer.AsSpan(MeshHandshake.NonceBytes)))
            throw new MeshException($"What listens where {_peer} should does not know this job's key; something else took its port.");
        SendAll(MeshHandshake.Proof(ofListener: false, key, hello, nonce));
    }

    /// <summary>The listener's half; null when the caller is not of this job, about which nothing more is said to it.</summary>
    public (MeshPurpose Purpose, int Caller)? Identify(int me, int rankCount, ReadOnlySpan<byte> key)
    {
        byte[] hello = new byte[MeshHandshake.HelloBytes];
        ReceiveAll(hello);
        if (MeshHandshake.Read(hello, me, rankCount) is not { } caller) return null;
        byte[] nonce = new byte[MeshHandshake.NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        SendAll([.. nonce, .. MeshHandshake.Proof(ofListener: true, key, hello, nonce)]);
        byte[] proof = new byte[MeshHandshake.ProofBytes];
        ReceiveAll(proof);
        return CryptographicOperations.FixedTimeEquals(proof, MeshHandshake.Proof(ofListener: false, key, hello, nonce)) ? caller : null;
    }

    public void Send(MeshFrameKind kind, ReadOnlySpan<byte> body)
    {
        new MeshFrame(kind, body.Length, Crc32C.Of(body)).Encode(_head);
        SendAll(_head);
        SendAll(body);
    }

    /// <summary>Receives a frame of one kind into memory of its own.</summary>
    public byte[] Receive(MeshFrameKind kind, int limitBytes)
    {
        MeshFrame frame = ReceiveHead(kind, limitBytes);
        byte[] body = new byte[frame.LengthBytes];
        ReceiveBody(frame, body);
        return body;
    }

    /// <summary>As <see cref="Receive"/>, however long it takes until the peer begins: a request comes when it comes.</summary>
    public byte[] ReceivePatiently(MeshFrameKind kind, int limitBytes)
    {
        try
        {
            _socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Lost("hear from", e);
        }

        return Receive(kind, limitBytes);
    }

    /// <summary>Receives the bytes that were asked for, all of them, or throws the peer's refusal.</summary>
    public void ReceiveInto(Span<byte> body)
    {
        MeshFrame frame = ReceiveHead(MeshFrameKind.Bytes, body.Length);
        if (frame.LengthBytes != body.Length) throw new MeshException($"{_peer} sent {frame.LengthBytes} bytes of {body.Length}.");
        ReceiveBody(frame, body);
    }

    public void Dispose() => _socket.Dispose();

    private MeshFrame ReceiveHead(MeshFrameKind kind, int limitBytes)
    {
        const int WordsMax = 4096;
        ReceiveAll(_head);
        MeshFrame frame = MeshFrame.Decode(_head, long.Max(limitBytes, WordsMax), _peer);
        if (frame.Kind == MeshFrameKind.Refusal && frame.LengthBytes <= WordsMax)
        {
            byte[] words = new byte[frame.LengthBytes];
            ReceiveBody(frame, words);
            throw new PeerRefusalException($"{_peer} could not give the bytes: {Encoding.UTF8.GetString(words)}");
        }

        return frame.Kind == kind && frame.LengthBytes <= limitBytes
            ? frame
            : throw new MeshException($"{_peer} sent a frame of kind {frame.Kind} and {frame.LengthBytes} bytes where {kind} was due.");
    }

    private void ReceiveBody(MeshFrame frame, Span<byte> body)
    {
        ReceiveAll(body);
        if (Crc32C.Of(body) != frame.Checksum) throw new MeshException($"Bytes from {_peer} were changed on their way; the network is not to be trusted.");
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty) bytes = bytes[_socket.Send(bytes)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Lost("send to", e);
        }
    }

    private void ReceiveAll(Span<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int count = _socket.Receive(bytes);
                if (count == 0) throw new MeshException($"{_peer} has closed its connection: it was lost or has ended.");
                bytes = bytes[count..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Lost("hear from", e);
        }
    }

    private MeshException Lost(string verb, Exception e) =>
        new($"Could not {verb} {_peer}: {e.Message}. The rank was lost or is late; start the job again, it goes on from the newest checkpoint.", e);
}
