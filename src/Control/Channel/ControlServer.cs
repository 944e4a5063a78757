using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Channel;

/// <summary>
/// The supervisor's end of the control channel: listens on the job's socket for ranks of this host and for operators, and at the entrance for
/// ranks of others; one thread per connected rank.
/// </summary>
internal sealed class ControlServer : IDisposable
{
    /// <summary>Peers that have not introduced themselves yet come on top of the ranks.</summary>
    private const int SpareConnections = 16;

    private const int KeepAliveSeconds = 5;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly HashSet<RankConnection> _connections = [];

    /// <summary>Those that have said goodbye, and whose processes have not ended.</summary>
    private readonly HashSet<RankConnection> _parted = [];
    private readonly object _gate = new();
    private readonly byte[] _secret;
    private readonly int _connectionsMax;
    private readonly IRankListener _listener;
    private readonly TimeProvider _time;
    private readonly RemoteEntrance? _entrance;
    private readonly TimeSpan? _hostTimeout;
    private volatile int _attempt;
    private volatile bool _closing;
    private volatile bool _stopIsAsked;

    /// <param name="directory">The job's private place.</param>
    /// <param name="ranks">Number of ranks of the job.</param>
    /// <param name="listener">Hears what they say.</param>
    /// <param name="time">The clock.</param>
    /// <param name="entrance">Where ranks of other hosts come in; null for a job on this one.</param>
    /// <param name="hostTimeout">How long a host may leave unacknowledged what is sent to it.</param>
    public ControlServer(RuntimeDirectory directory, int ranks, IRankListener listener, TimeProvider time, RemoteEntrance? entrance = null, TimeSpan? hostTimeout = null)
    {
        _entrance = entrance;
        _hostTimeout = hostTimeout;
        _secret = directory.Secret;
        _connectionsMax = ranks + SpareConnections;
        _listener = listener;
        _time = time;
        _socket.Bind(new UnixDomainSocketEndPoint(directory.SocketPath));
        _socket.Listen(_connectionsMax);
        new Thread(() => Accept(_socket, null)) { IsBackground = true, Name = "hpcvirt control server" }.Start();
        if (entrance is not null) new Thread(() => Accept(entrance.Socket, entrance)) { IsBackground = true, Name = "hpcvirt control entrance" }.Start();
    }

    /// <summary>Whether no process that ever introduced itself is there any more.</summary>
    public bool IsDeserted
    {
        get
        {
            lock (_gate) return _connections.Count == 0 && _parted.Count == 0;
        }
    }

    /// <summary>From now on only ranks of this attempt are let in.</summary>
    public void Expect(int attempt)
    {
        CloseParted();
        _attempt = attempt;
        _stopIsAsked = false;
    }

    /// <summary>Asks all ranks of the attempt to save a checkpoint and end, also those that connect later.</summary>
    public void AskToStop()
    {
        _stopIsAsked = true;
        Broadcast(new RequestStop());
    }

    public void Broadcast(ControlMessage message)
    {
        RankConnection[] connections;
        lock (_gate) connections = [.. _connections];
        foreach (RankConnection connection in connections) connection.TrySend(message);
    }

    /// <summary>Waits until every connection has ended, so that all that the ranks said has been heard. False at the deadline.</summary>
    public bool WaitUntilQuiet(TimeSpan timeout)
    {
        long begin = _time.GetTimestamp();
        lock (_gate)
        {
            while (_connections.Count > 0)
            {
                TimeSpan left = timeout - _time.GetElapsedTime(begin);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left)) return _connections.Count == 0;
            }
        }

        return true;
    }

    /// <summary>The other hosts whose ranks are still connected.</summary>
    public string[] HostsOfConnections()
    {
        lock (_gate) return [.. _connections.Select(static c => c.RemoteHost).OfType<string>().Distinct()];
    }

    /// <summary>Ends all connections; what an orphan of the attempt still has to say is of no interest.</summary>
    public void CloseConnections()
    {
        RankConnection[] connections;
        lock (_gate) connections = [.. _connections];
        foreach (RankConnection connection in connections) connection.Dispose();
    }

    private void CloseParted()
    {
        RankConnection[] parted;
        lock (_gate) parted = [.. _parted];
        foreach (RankConnection connection in parted) connection.Dispose();
    }

    public void Dispose()
    {
        _closing = true;
        Broadcast(new Goodbye());
        _socket.Dispose();
        _entrance?.Dispose();
        CloseConnections();
        CloseParted();
    }

    private void Accept(Socket listening, RemoteEntrance? entrance)
    {
        while (!_closing)
        {
            try
            {
                Admit(listening.Accept(), entrance);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // Closed by Dispose, or one peer gave up between connect and accept; the next one is independent of it.
            }
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "A connection disposes of itself at its end, or is disposed of here if it is turned away.")]
    private void Admit(Socket peer, RemoteEntrance? entrance)
    {
        if (entrance is not null) Bound(peer);
        var connection = new RankConnection(peer, _secret, _attempt, _listener, _time, TellStanding, Part, Remove, entrance);
        lock (_gate)
        {
            if (_connections.Count < _connectionsMax)
            {
                _connections.Add(connection);
                connection.Start();
                return;
            }
        }

        connection.Dispose();
        _listener.OnRefused(0, new ControlChannelException(ChannelRefusal.TooManyConnections, $"Control channel: more than {_connectionsMax} connections."));
    }

    /// <summary>
    /// Without it the kernel would go on sending to a host that is cut off for a quarter of an hour (TCP_USER_TIMEOUT, tcp(7)), and would never notice one to
    /// which nothing is sent: the end of a process that has said goodbye is awaited in silence.
    /// </summary>
    private void Bound(Socket peer)
    {
        const int TcpLevel = 6;
        const int UserTimeout = 18;
        peer.NoDelay = true;
        peer.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        peer.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        peer.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
        if (_hostTimeout is { } timeout) peer.SetRawSocketOption(TcpLevel, UserTimeout, BitConverter.GetBytes((uint)timeout.TotalMilliseconds));
    }

    private void TellStanding(RankConnection connection)
    {
        if (_stopIsAsked) connection.TrySend(new RequestStop());
    }

    private void Part(RankConnection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
            _parted.Add(connection);
            Monitor.PulseAll(_gate);
        }
    }

    private void Remove(RankConnection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
            _parted.Remove(connection);
            Monitor.PulseAll(_gate);
        }
    }
}
