using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Net.Sockets;
using System.Threading;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>
/// A rank's end of the control channel. Every call returns at once: two background threads, which never call MPI, do the talking,
/// and a supervisor that is slow, stopped or dead neither blocks nor ends the rank. What it asks for is seen in flags, to be
/// looked at where the program is at a safe point.
/// </summary>
/// <remarks>
/// A rank on another host talks over TLS, and holds its place on a lease: when it hears nothing from the supervisor for too long it ends
/// itself, for by then the job may have been started anew without it.
/// </remarks>
public sealed class ControlClient : IDisposable
{
    private static readonly TimeSpan ReaderJoinTimeout = TimeSpan.FromSeconds(1);

    private readonly ControlClientOptions _options;
    private readonly OutgoingQueue _queue;
    private readonly ControlConnection? _connection;
    private readonly Socket? _socket;
    private readonly SupervisorLease? _lease;
    private readonly Thread? _reader;
    private readonly Thread? _writer;
    private readonly EventHandler _onProcessExit;
    private long _checkpointRequest;
    private long _checkpointServed;
    private volatile bool _stopRequested;
    private volatile bool _supervisorLost;
    private volatile bool _goodbyeReceived;
    private volatile string _lossReason = "";
    private int _disposed;
    private int _closed;

    private ControlClient(Socket? socket, ControlConnection? connection, SupervisorLease? lease, ControlClientOptions options, TimeSpan aliveInterval, TimeProvider time, string lossReason)
    {
        _options = options;
        _queue = new OutgoingQueue(options.QueuedMessagesMax, options.BeatInterval, aliveInterval, time);
        _socket = socket;
        _connection = connection;
        _lease = lease;
        // A program that ends through Environment.Exit says goodbye too; only a crash or a kill does not.
        _onProcessExit = (_, _) => Dispose();
        if (connection is null)
        {
            MarkLost(lossReason);
            return;
        }

        _reader = new Thread(ReadRequests) { IsBackground = true, Name = "hpcvirt control reader" };
        _writer = new Thread(WriteMessages) { IsBackground = true, Name = "hpcvirt control writer" };
        AppDomain.CurrentDomain.ProcessExit += _onProcessExit;
        _reader.Start();
        _writer.Start();
    }

    /// <summary>Called on a background thread when the supervisor wants the links re-established.</summary>
    internal Action<RequestRepair>? RepairAsked { get; set; }

    /// <summary>Called on a background thread when a process that waited takes a rank's place.</summary>
    internal Action<RequestTakeIn>? TakeInAsked { get; set; }

    /// <summary>Called on a background thread when a process that waited takes the place of a rank that moves.</summary>
    internal Action<RequestMoveNow>? MoveNowAsked { get; set; }

    /// <summary>Called on a background thread when a process that waits is to run the program's beginning for a rank that will move.</summary>
    internal Action<RequestPrepare>? PrepareAsked { get; set; }

    /// <summary>What the supervisor wants held, and whether it still does.</summary>
    internal HoldOrders Holds { get; } = new();

    /// <summary>True while a request for a checkpoint waits to be served.</summary>
    public bool CheckpointRequested => CheckpointRequest > Volatile.Read(ref _checkpointServed);

    /// <summary>Number of the newest request for a checkpoint; 0 if there was none. Numbers are the same on all ranks and only grow.</summary>
    public long CheckpointRequest => Volatile.Read(ref _checkpointRequest);

    /// <summary>True once the supervisor asked the job to take a checkpoint and end. It is never taken back.</summary>
    public bool StopRequested => _stopRequested;

    /// <summary>True once the supervisor disappeared without a goodbye. Nobody will relaunch this job any more.</summary>
    public bool SupervisorLost => _supervisorLost;

    /// <summary>Why <see cref="SupervisorLost"/> is set, for a log; empty if it is not.</summary>
    public string SupervisorLossReason => _lossReason;

    /// <summary>
    /// Connects to the supervisor named by the environment. Null if the process was not started by <c>hpcvirt run</c>, or if the
    /// socket does not exist on this host. If it exists and nobody answers, the client returned has <see cref="SupervisorLost"/> set.
    /// </summary>
    /// <param name="identity">Who this rank is.</param>
    /// <param name="time">The clock, for the rate of beats.</param>
    /// <param name="options">Bounds; the defaults if null.</param>
    /// <exception cref="ControlChannelException">The environment is inconsistent, the secret file is unusable, or the peer is not this job's supervisor.</exception>
    public static ControlClient? TryConnectFromEnvironment(RankIdentity identity, TimeProvider time, ControlClientOptions? options = null) =>
        ControlAddress.FromEnvironment() is { } address ? TryConnect(address, identity, time, options) : null;

    /// <summary>Connects to the supervisor at <paramref name="address"/>; otherwise as <see cref="TryConnectFromEnvironment"/>.</summary>
    /// <param name="address">Where the supervisor listens.</param>
    /// <param name="identity">Who this rank is.</param>
    /// <param name="time">The clock, for the rate of beats.</param>
    /// <param name="options">Bounds; the defaults if null.</param>
    /// <exception cref="ControlChannelException">The secret file is unusable, or the peer is not this job's supervisor.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns the socket and the stream over it; where none is made, the socket is disposed here.")]
    public static ControlClient? TryConnect(ControlAddress address, RankIdentity identity, TimeProvider time, ControlClientOptions? options = null)
    {
        options ??= new ControlClientOptions();
        TimeSpan aliveInterval = address.Remote is null ? Timeout.InfiniteTimeSpan : options.AliveInterval;
        bool isElsewhere = address.Remote is { } remote && remote.SupervisorHost != identity.Host;
        if (!isElsewhere && !File.Exists(address.SocketPath)) return null;
        ControlDial? dial = null;
        try
        {
            dial = isElsewhere ? ControlDial.Across(address.Remote!, options.HandshakeTimeout) : ControlDial.Beside(address, options.HandshakeTimeout);
            ControlConnection connection = ControlHandshake.JoinSupervisor(dial.Stream, dial.Secret, ControlHandshake.NewNonce());
            connection.Send(new Hello(identity.Rank, identity.Size, identity.ProcessId, identity.Host, address.Attempt, identity.Program));
            dial.Socket.ReceiveTimeout = 0;
            dial.Socket.SendTimeout = 0;
            SupervisorLease? lease = isElsewhere ? SupervisorLease.Begin(address.Remote!, identity.Rank, time) : null;
            return new ControlClient(dial.Socket, connection, lease, options, aliveInterval, time, lossReason: "");
        }
        catch (Exception error) when (IsAbsence(error) && !isElsewhere)
        {
            dial?.Dispose();
            return new ControlClient(null, null, null, options, aliveInterval, time, $"The supervisor at {address.SocketPath} did not answer: {error.Message}");
        }
        catch (Exception error) when (IsAbsence(error))
        {
            // Nobody could tell this rank to go when its place is given away: it must not begin.
            dial?.Dispose();
            throw new ControlChannelException(ChannelRefusal.TimedOut, $"Control channel: {error.Message} Ranks must be able to open TCP connections to the supervisor's host.", error);
        }
        catch
        {
            dial?.Dispose();
            throw;
        }
    }

    /// <summary>Tells that the program goes on from a checkpoint.</summary>
    /// <param name="step">The first step that will be executed.</param>
    /// <param name="version">Version of the checkpoint.</param>
    /// <param name="skipped">One sentence per newer checkpoint that was not usable; at most 32 are transmitted.</param>
    public void Restored(long step, long version, IReadOnlyList<string> skipped) => Put(new Restored(step, version, [.. skipped]));

    /// <summary>Tells the newest step. May be called at every step: it costs a store, and a few per second are sent.</summary>
    /// <param name="step">The step that begins.</param>
    public void Beat(long step) => _queue.PutBeat(step);

    /// <summary>Tells that a checkpoint is committed.</summary>
    /// <param name="step">The step at which a restart from it begins.</param>
    /// <param name="version">Version of the checkpoint.</param>
    /// <param name="duration">Time from the cut to the commit.</param>
    /// <param name="bytes">Bytes that this rank wrote.</param>
    public void CheckpointCommitted(long step, long version, TimeSpan duration, long bytes) =>
        Put(new CheckpointCommitted(step, version, duration, bytes));

    /// <summary>Tells that a checkpoint was due and was not taken.</summary>
    /// <param name="step">The step at which it was refused.</param>
    /// <param name="reason">Why, and what to do about it.</param>
    public void CheckpointRefused(long step, string reason) => Put(new CheckpointRefused(step, reason));

    /// <summary>Marks a request for a checkpoint, and all before it, as served.</summary>
    /// <param name="request">The number that the ranks agreed on, see <see cref="CheckpointRequest"/>.</param>
    public void AcknowledgeCheckpoint(long request)
    {
        long served = Volatile.Read(ref _checkpointServed);
        Volatile.Write(ref _checkpointServed, Math.Max(served, request));
    }

    /// <summary>Tells that the job is silent, and that this rank stays so.</summary>
    /// <param name="hold">Number of the hold.</param>
    internal void Held(long hold) => Put(new Held(hold));

    /// <summary>Tells that this rank goes on.</summary>
    /// <param name="hold">Number of the hold.</param>
    /// <param name="reason">Empty when it was released; else why it goes on by itself, or was never held.</param>
    internal void HoldEnded(long hold, string reason) => Put(new HoldEnded(hold, reason));

    /// <summary>Tells whether a rank can move while the job is silent.</summary>
    /// <param name="hold">Number of the hold.</param>
    /// <param name="stateBytes">How much has to be sent.</param>
    /// <param name="reason">Empty when it can; else why not.</param>
    internal void MoveReady(long hold, long stateBytes, string reason) => Put(new MoveReady(hold, stateBytes, reason));

    /// <summary>Tells that this process has run the program's beginning for a rank that will move.</summary>
    /// <param name="hold">Number of the hold.</param>
    /// <param name="canMove">Whether the rank can move here.</param>
    /// <param name="reason">Empty when it has; else why it could not.</param>
    internal void MovePrepared(long hold, bool canMove, string reason) => Put(new MovePrepared(hold, canMove, reason));

    /// <summary>Tells that this rank goes on after a move.</summary>
    /// <param name="hold">Number of the hold.</param>
    /// <param name="step">The step that comes next.</param>
    /// <param name="stateBytes">How much state came.</param>
    /// <param name="duration">How long it took, or this rank stood still.</param>
    internal void Moved(long hold, long step, long stateBytes, TimeSpan duration) => Put(new Moved(hold, step, stateBytes, duration));

    /// <summary>Tells that the program ends by itself. Follow with <see cref="Dispose"/>.</summary>
    /// <param name="exitCode">Exit code that the process will return.</param>
    /// <param name="endedEarly">True if it ends before its last step because <see cref="StopRequested"/> was set.</param>
    public void Finished(int exitCode, bool endedEarly) => Put(new Finished(exitCode, endedEarly));

    /// <summary>Tells that the program ends by an exception. Follow with <see cref="Dispose"/>.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="step">The step that was executed, or -1 before the first one.</param>
    public void Failed(Exception exception, long step) =>
        Put(new Failed(exception.GetType().FullName ?? exception.GetType().Name, exception.Message, step));

    /// <summary>
    /// Sends what is queued and a goodbye, waiting no longer than <see cref="ControlClientOptions.FlushTimeout"/>, and leaves the connection to the kernel: the
    /// supervisor sees by its end that the process has ended.
    /// </summary>
    internal void Part()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _lease?.Dispose();
        AppDomain.CurrentDomain.ProcessExit -= _onProcessExit;
        _queue.TryPut(new Goodbye());
        _queue.Close(discard: false);
        _writer?.Join(_options.FlushTimeout);
    }

    /// <summary>Sends what is queued and a goodbye, waiting no longer than <see cref="ControlClientOptions.FlushTimeout"/>, and closes.</summary>
    public void Dispose()
    {
        Part();
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;

        // Closing the socket ends both threads, also a writer that is stuck behind a supervisor that does not read.
        _connection?.Dispose();
        _socket?.Dispose();
        _reader?.Join(ReaderJoinTimeout);
        _queue.Close(discard: true);
    }

    private static bool IsAbsence(Exception error) =>
        error is SocketException or IOException ||
        error is ControlChannelException { Refusal: ChannelRefusal.TimedOut };

    private void Put(ControlMessage message)
    {
        if (_queue.TryPut(message) || _supervisorLost || _disposed != 0) return;
        MarkLost($"The supervisor has not read {_options.QueuedMessagesMax} messages.");
    }

    private void MarkLost(string reason)
    {
        if (_goodbyeReceived || _disposed != 0) return;
        if (!_supervisorLost) _lossReason = reason;
        _supervisorLost = true;
        _queue.Close(discard: true);
    }

    private void WriteMessages()
    {
        try
        {
            while (_queue.TryTake(out ControlMessage? message)) _connection!.Send(message);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            MarkLost($"The connection to the supervisor broke: {error.Message}");
        }
    }

    private void ReadRequests()
    {
        try
        {
            while (_connection!.Receive() is { } message)
            {
                _lease?.Renew();
                switch (message)
                {
                    case Alive:
                        break;
                    case RequestCheckpoint request:
                        Volatile.Write(ref _checkpointRequest, Math.Max(CheckpointRequest, request.Request));
                        break;
                    case RequestStop:
                        _stopRequested = true;
                        break;
                    case RequestRepair repair:
                        RepairAsked?.Invoke(repair);
                        break;
                    case RequestTakeIn takeIn:
                        TakeInAsked?.Invoke(takeIn);
                        break;
                    case RequestHold hold:
                        Holds.Ask(hold.Hold, hold.Deadline);
                        break;
                    case RequestMove move:
                        Holds.AskForMove(move.Hold, move.Deadline, move.Rank);
                        break;
                    case RequestPrepare prepare:
                        Holds.Prepare(prepare);
                        PrepareAsked?.Invoke(prepare);
                        break;
                    case RequestMoveNow now:
                        MoveNowAsked?.Invoke(now);
                        Holds.MoveNow(now);
                        break;
                    case RequestRelease release:
                        Holds.Release(release.Hold);
                        break;
                    case Goodbye:
                        _goodbyeReceived = true;
                        break;
                    default:
                        throw new ControlChannelException(ChannelRefusal.UnexpectedType, $"Control channel: the supervisor sent {message.GetType().Name}, which only ranks send.");
                }
            }

            MarkLost("The supervisor ended without a goodbye.");
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or ControlChannelException)
        {
            MarkLost($"The connection to the supervisor broke: {error.Message}");
        }
    }
}
