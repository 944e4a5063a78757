using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using HpcVirt.Control.Native;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Channel;

/// <summary>One connection of a rank: the handshake within its deadline, then messages until the end of the stream.</summary>
internal sealed class RankConnection : IDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A rank's reader is always reading; one that takes no byte for so long is stopped or gone.</summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly byte[] _secret;
    private readonly IRankListener _listener;
    private readonly TimeProvider _time;
    private readonly Action<RankConnection> _onReady;
    private readonly Action<RankConnection> _onParted;
    private readonly Action<RankConnection> _onEnd;
    private readonly int _attempt;
    private readonly RemoteEntrance? _entrance;
    private readonly Lock _sending = new();
    private ControlConnection? _connection;

    public RankConnection(Socket socket, byte[] secret, int attempt, IRankListener listener, TimeProvider time, Action<RankConnection> onReady, Action<RankConnection> onParted, Action<RankConnection> onEnd, RemoteEntrance? entrance = null)
    {
        _socket = socket;
        _secret = secret;
        _attempt = attempt;
        _entrance = entrance;
        _listener = listener;
        _time = time;
        _onReady = onReady;
        _onParted = onParted;
        _onEnd = onEnd;
    }

    /// <summary>The host of a rank that is not beside the supervisor; null for others, and before the rank said so.</summary>
    public string? RemoteHost { get; private set; }

    /// <summary>Begins to talk, in a thread of its own.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "hpcvirt rank connection" }.Start();

    /// <summary>Sends a message if the rank is connected. A rank that does not take it is noticed by other means.</summary>
    public void TrySend(ControlMessage message)
    {
        lock (_sending)
        {
            try
            {
                _connection?.Send(message);
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                // The reading side sees the end of the stream and reports it once, with its reason.
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    [SuppressMessage("Reliability", "CA2000", Justification = "The listener owns the peer from OnConnected on.")]
    private void Run()
    {
        int processId = 0;
        try
        {
            if (_entrance is null)
            {
                PeerCredentials peer = PeerCredentials.Of(_socket);
                processId = peer.ProcessId;
                peer.DemandUser(LibC.EffectiveUserId());
            }

            (ControlConnection connection, ControlMessage first) = Welcome();
            if (first is Hello hello) Listen(connection, new RankPeer(hello, _entrance is null ? processId : hello.ProcessId, isBeside: _entrance is null));
            else Serve(connection, (Ask)first);
        }
        catch (ControlChannelException refusal)
        {
            _listener.OnRefused(processId, refusal);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            _listener.OnRefused(processId, new ControlChannelException(ChannelRefusal.Truncated, $"Control channel: the connection broke during the handshake: {error.Message}", error));
        }
        finally
        {
            _socket.Dispose();
            _onEnd(this);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The stream does not own the socket, which Run disposes of.")]
    private (ControlConnection Connection, ControlMessage First) Welcome()
    {
        // One deadline for the whole handshake: a peer that sends a byte now and then does not extend it.
        using ITimer deadline = _time.CreateTimer(_ => _socket.Dispose(), null, HandshakeTimeout, Timeout.InfiniteTimeSpan);
        _socket.SendTimeout = (int)SendTimeout.TotalMilliseconds;
        ControlConnection connection = ControlHandshake.AcceptRank(OpenStream(), _secret, ControlHandshake.NewNonce());
        switch (connection.Receive())
        {
            case Hello hello when hello.Attempt != _attempt:
                throw new ControlChannelException(ChannelRefusal.WrongAttempt, $"Control channel: rank {hello.Rank} belongs to attempt {hello.Attempt}, now runs attempt {_attempt}: it is a survivor of an earlier one.");
            case Hello hello:
                return (connection, hello);
            case Ask ask when _entrance is null:
                return (connection, ask);
            default:
                throw new ControlChannelException(ChannelRefusal.UnexpectedType, "Control channel: the first message of a rank must be its Hello; operators ask through the Unix socket only.");
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The streams do not own the socket, which Run disposes of, and hold nothing else that outlives them.")]
    private Stream OpenStream()
    {
        var plain = new NetworkStream(_socket, ownsSocket: false);
        if (_entrance is null) return plain;
        var secure = new SslStream(plain);
        try
        {
            secure.AuthenticateAsServer(_entrance.Certificate.Certificate, clientCertificateRequired: false, SslProtocols.None, checkCertificateRevocation: false);
        }
        catch (AuthenticationException error)
        {
            throw new ControlChannelException(ChannelRefusal.WrongCertificate, $"Control channel: {_socket.RemoteEndPoint} did not come to terms over TLS: {error.Message}", error);
        }

        return secure;
    }

    private void Serve(ControlConnection connection, Ask ask)
    {
        // An operator is no rank: nobody waits for the end of an answer when an attempt ends, and nobody cuts it short.
        _onEnd(this);
        connection.Send(_listener.OnAsked(ask));
        connection.Send(new Goodbye());
    }

    private void Listen(ControlConnection connection, RankPeer rank)
    {
        lock (_sending) _connection = connection;
        if (_entrance is not null) RemoteHost = rank.Host;
        _listener.OnConnected(rank);
        _onReady(this);
        var end = ConnectionEnd.Broken;
        string? error = null;
        try
        {
            while (end != ConnectionEnd.Goodbye && connection.Receive() is { } message)
            {
                if (message is Goodbye) end = ConnectionEnd.Goodbye;
                _listener.OnMessage(rank, message);
            }
        }
        catch (Exception broken) when (broken is ControlChannelException or IOException or ObjectDisposedException)
        {
            error = broken.Message;

            // Reading has no deadline of its own any more: this one is the kernel's, for what the other host did not acknowledge.
            if (IsUnanswered(broken)) end = ConnectionEnd.Unreachable;
        }

        lock (_sending) _connection = null;
        _listener.OnDisconnected(rank, end, error);
        if (end == ConnectionEnd.Goodbye) AwaitEnd(connection);
    }

    /// <summary>A rank that has said goodbye may leave its end of the connection to the kernel, which closes it when the process ends.</summary>
    private void AwaitEnd(ControlConnection connection)
    {
        _onParted(this);
        try
        {
            while (connection.Receive() is not null)
            {
                // It has said its last word.
            }
        }
        catch (Exception broken) when (broken is ControlChannelException or IOException or ObjectDisposedException)
        {
            // However it ended, it has.
        }
    }

    private static bool IsUnanswered(Exception broken) =>
        broken is ControlChannelException { Refusal: ChannelRefusal.TimedOut }
        || broken.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown };
}
