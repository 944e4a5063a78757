using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Qmp;

/// <summary>
/// A talk with one QEMU over its QMP socket, by the only owner that the socket can have. One command at a time, each with a deadline; a connection that has
/// missed one is closed, for the late answer would be taken for another's.
/// </summary>
internal sealed class QmpConnection : IAsyncDisposable
{
    private const int EventsMax = 256;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly QmpLineReader _lines;
    private readonly QmpDeadlines _deadlines;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<QmpException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<QmpMessage.Greeting> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<QmpMessage.Event> _events =
        Channel.CreateBounded<QmpMessage.Event>(new BoundedChannelOptions(EventsMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });

    private Task _reading = Task.CompletedTask;
    private (long Id, TaskCompletionSource<JsonElement> Answer)? _pending;
    private long _lastId;

    private QmpConnection(string path, Socket socket, QmpDeadlines deadlines, TimeProvider time, int lineBytesMax)
    {
        Path = path;
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _lines = new QmpLineReader(_stream, path, lineBytesMax);
        _deadlines = deadlines;
        _time = time;
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>QEMU's version.</summary>
    public Version Version { get; private set; } = new();

    /// <summary>What has happened, the oldest first; the oldest are dropped when nobody looks.</summary>
    public ChannelReader<QmpMessage.Event> Events => _events.Reader;

    /// <summary>Completes when QEMU has gone, or the talk has failed, with the reason.</summary>
    public Task<QmpException> Ended => _ended.Task;

    /// <summary>The process that listens on the socket, by the kernel's word.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Connects, waits for the greeting, and leaves the negotiation behind.</summary>
    /// <exception cref="QmpException">Nobody is there, nobody greets, or something else than QEMU answers.</exception>
    public static async Task<QmpConnection> OpenAsync(
        string path, QmpDeadlines deadlines, TimeProvider time, int lineBytesMax = QmpLineReader.LineBytesMaxDefault, CancellationToken cancel = default)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var deadline = new CancellationTokenSource(deadlines.Greeting, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            socket.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw e is OperationCanceledException
                ? Silence(path, deadlines)
                : new QmpException(QmpFault.NotThere, path, $"no QEMU listens there ({e.Message}); start the guest, or correct the path", e);
        }

        var connection = new QmpConnection(path, socket, deadlines, time, lineBytesMax);
        try
        {
            connection.ProcessId = connection.AskPeer();
            connection._reading = connection.ReadAsync();
            await connection.NegotiateAsync(cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one command.</summary>
    /// <exception cref="QmpException">It was refused, not answered in time, or QEMU has gone.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, JsonObject? arguments = null, CancellationToken cancel = default)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            if (_ended.Task.IsCompleted) throw (await _ended.Task).Again();
            long id = ++_lastId;
            var message = new JsonObject { ["execute"] = command };
            if (arguments is not null) message["arguments"] = arguments;
            message["id"] = id;
            var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_events) _pending = (id, answer);
            if (_ended.Task.IsCompleted) throw (await _ended.Task).Again();

            using var deadline = new CancellationTokenSource(_deadlines.Command, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
            try
            {
                await _stream.WriteAsync(Encoding.UTF8.GetBytes(message.ToJsonString() + "\n"), either.Token);
                return await answer.Task.WaitAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                // Whoever gave up, the answer may still come.
                Fail(new QmpException(QmpFault.Late, Path, $"QEMU has not answered '{command}' within {_deadlines.Command.TotalSeconds:0.#} s; it hangs, or its host is overloaded"));
                cancel.ThrowIfCancellationRequested();
                throw (await _ended.Task).Again();
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                Fail(Gone(e));
                throw (await _ended.Task).Again();
            }
        }
        finally
        {
            lock (_events) _pending = null;
            _turn.Release();
        }
    }

    /// <summary>Ends QEMU, and waits until its process is gone: only then may its names be used again.</summary>
    public async Task QuitAsync()
    {
        try
        {
            await ExecuteAsync("quit");
        }
        catch (QmpException e) when (e.Fault is QmpFault.Ended)
        {
            // It was faster with going than with answering.
        }

        await ProcessEnd.WaitAsync(ProcessId, Path, _deadlines.Quit, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _stream.DisposeAsync();
        await _reading;
        Fail(new QmpException(QmpFault.Ended, Path, "the connection was closed"));
        _socket.Dispose();
        _turn.Dispose();
        _stop.Dispose();
    }

    private static QmpException Silence(string path, QmpDeadlines deadlines) => new(
        QmpFault.NoGreeting, path,
        $"no greeting came within {deadlines.Greeting.TotalSeconds:0.#} s. A QMP socket serves one client at a time: another program holds it, or QEMU hangs. Close the other one, then try again");

    private async Task NegotiateAsync(CancellationToken cancel)
    {
        using (var deadline = new CancellationTokenSource(_deadlines.Greeting, _time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel))
        {
            try
            {
                if (await Task.WhenAny(_greeted.Task, _ended.Task).WaitAsync(either.Token) == _ended.Task) throw (await _ended.Task).Again();
            }
            catch (OperationCanceledException)
            {
                cancel.ThrowIfCancellationRequested();
                throw Silence(Path, _deadlines);
            }
        }

        QmpMessage.Greeting greeting = await _greeted.Task;
        Version = new Version(greeting.Major, greeting.Minor, greeting.Micro);
        await ExecuteAsync("qmp_capabilities", cancel: cancel);
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _lines.NextAsync(_stop.Token) is { } line) Handle(QmpMessage.Parse(line.Span));
            Fail(Gone(null));
        }
        catch (FormatException e)
        {
            Fail(new QmpException(QmpFault.Garbage, Path, $"{e.Message}; what listens there is not QEMU, or it is broken", e));
        }
        catch (QmpException e)
        {
            Fail(e);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Fail(Gone(e));
        }
    }

    private void Handle(QmpMessage message)
    {
        switch (message)
        {
            case QmpMessage.Greeting greeting:
                if (!_greeted.TrySetResult(greeting)) throw new FormatException("a second greeting came");
                break;
            case QmpMessage.Event happened:
                _ = _events.Writer.TryWrite(happened);
                break;
            case QmpMessage.Return done:
                Pending(done.Id).TrySetResult(done.Value);
                break;
            case QmpMessage.Error refused:
                Pending(refused.Id).TrySetException(new QmpException(QmpFault.Refused, Path, $"QEMU refuses: {refused.Description} ({refused.Class})"));
                break;
            default:
                throw new FormatException($"a message of kind {message.GetType().Name} came");
        }
    }

    private TaskCompletionSource<JsonElement> Pending(long? id)
    {
        lock (_events)
        {
            return _pending is { } pending && pending.Id == id
                ? pending.Answer
                : throw new FormatException(id is null ? "an answer without a number came" : $"an answer came to command {id}, which was not asked");
        }
    }

    private void Fail(QmpException reason)
    {
        if (!_ended.TrySetResult(reason)) return;
        lock (_events) _pending?.Answer.TrySetException(reason.Again());
        _events.Writer.TryComplete();
        _stop.Cancel();
    }

    private QmpException Gone(Exception? cause) => new(QmpFault.Ended, Path, "QEMU has gone: it ended, crashed or was killed", cause);

    private int AskPeer()
    {
        Span<byte> credentials = stackalloc byte[12];
        return _socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) >= sizeof(int) ? BitConverter.ToInt32(credentials) : 0;
    }
}
