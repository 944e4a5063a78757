using System;
using System.IO;
using System.Net.Sockets;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>
/// One end of a control connection: sends and receives sealed frames. One thread may send while another receives;
/// neither operation is safe to be called by two threads at once.
/// </summary>
internal sealed class ControlConnection(Stream stream, byte[] sendKey, byte[] receiveKey) : IDisposable
{
    private readonly byte[] _outgoing = new byte[ControlFrame.FrameBytesMax];
    private readonly byte[] _incoming = new byte[ControlFrame.FrameBytesMax];
    private byte[] _sendKey = sendKey;
    private byte[] _receiveKey = receiveKey;
    private ulong _sent;
    private ulong _received;

    /// <summary>Goes over from the keys of the handshake to those of the session. The sequence numbers run on.</summary>
    public void Rekey(byte[] sendKey, byte[] receiveKey)
    {
        _sendKey = sendKey;
        _receiveKey = receiveKey;
    }

    public void SendRaw(FrameType type, ReadOnlySpan<byte> payload)
    {
        int bytes = ControlFrame.Write(_outgoing, type, _sent, payload, _sendKey);
        _sent++;
        stream.Write(_outgoing.AsSpan(0, bytes));
    }

    public void Send(ControlMessage message)
    {
        // The payload is written where the frame wants it, so that nothing is copied twice.
        var writer = new PayloadWriter(_outgoing.AsSpan(ControlFrame.HeaderBytes, ControlFrame.PayloadBytesMax));
        FrameType type = ControlMessageCodec.Write(message, ref writer);
        SendRaw(type, writer.Written);
    }

    /// <summary>Receives one frame of the handshake; the payload is valid until the next call.</summary>
    /// <exception cref="ControlChannelException">The stream ended or the frame is refused.</exception>
    public ReadOnlySpan<byte> ReceiveRaw(FrameType expected)
    {
        if (!TryReceiveFrame(out FrameType type, out ReadOnlySpan<byte> payload))
            throw new ControlChannelException(ChannelRefusal.Truncated, $"Control channel: the peer hung up where a {expected} frame was expected: it refused us, or ended.");
        if (type != expected)
            throw new ControlChannelException(ChannelRefusal.UnexpectedType, $"Control channel: a {type} frame came where {expected} was expected.");
        return payload;
    }

    /// <summary>Receives the next message, or null at a clean end of the stream (between two frames).</summary>
    /// <exception cref="ControlChannelException">The frame is refused; the connection is of no more use.</exception>
    public ControlMessage? Receive() =>
        TryReceiveFrame(out FrameType type, out ReadOnlySpan<byte> payload) ? ControlMessageCodec.Read(type, payload) : null;

    public void Dispose() => stream.Dispose();

    private bool TryReceiveFrame(out FrameType type, out ReadOnlySpan<byte> payload)
    {
        type = FrameType.None;
        payload = default;
        try
        {
            Span<byte> header = _incoming.AsSpan(0, ControlFrame.HeaderBytes);
            int got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (got == 0) return false;
            if (got < header.Length) throw Truncated(got);
            (type, int restBytes) = ControlFrame.ReadHeader(header, _received);
            int rest = stream.ReadAtLeast(_incoming.AsSpan(ControlFrame.HeaderBytes, restBytes), restBytes, throwOnEndOfStream: false);
            if (rest < restBytes) throw Truncated(got + rest);
            payload = ControlFrame.Open(_incoming.AsSpan(0, ControlFrame.HeaderBytes + restBytes), _receiveKey);
            _received++;
            return true;
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock })
        {
            throw new ControlChannelException(ChannelRefusal.TimedOut, "Control channel: the peer did not answer before the deadline.", error);
        }
    }

    private static ControlChannelException Truncated(int bytes) =>
        new(ChannelRefusal.Truncated, $"Control channel: the stream ended inside a frame, after {bytes} bytes of it.");
}
