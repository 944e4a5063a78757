using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// Watches over an attempt until all its ranks were heard of. Before that nobody misses a rank or a host: a launcher waits for ever for a host that is
/// down, and a rank that dies before it has introduced itself leaves the others waiting.
/// </summary>
/// <remarks>Hosts are asked for a TCP connection to the port of the secure shell; a refusal is an answer, too.</remarks>
internal sealed class StartWatch : IDisposable
{
    /// <summary>A start that goes well is over before the first round.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private const int SecureShell = 22;
    private const int Rounds = 2;

    /// <summary>How much longer than earlier starts one may take until its launcher is taken to hang.</summary>
    private const int TimesAsLong = 10;

    private static readonly TimeSpan PatienceMin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2.5);

    private readonly StartWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly HostRoll _roll = new(Rounds);
    private readonly Lock _round = new();
    private readonly long _start;
    private readonly ITimer _timer;
    private long? _firstHeard;
    private bool _isOver;

    public StartWatch(StartWatchOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Asks a host for a connection.</summary>
    /// <param name="host">The host.</param>
    /// <returns>True for an answer, false for none, null when it could not be asked.</returns>
    public static async Task<bool?> AskAsync(string host)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(AnswerTimeout);
        try
        {
            await socket.ConnectAsync(host, SecureShell, deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode switch
            {
                SocketError.ConnectionRefused or SocketError.ConnectionReset => true,
                SocketError.HostUnreachable or SocketError.HostDown or SocketError.TimedOut => false,
                _ => null,
            };
        }
        catch (ArgumentException)
        {
            // What the launcher takes for a host need not be one for a socket.
            return null;
        }
    }

    /// <summary>The hosts whose answers tell something: this one answers itself whatever the network lets through.</summary>
    /// <param name="hosts">The hosts of the attempt.</param>
    /// <param name="self">This host's name.</param>
    public static IReadOnlyList<string> Others(IEnumerable<string> hosts, string self) =>
        [.. hosts.Where(host => host is not "localhost" && !host.StartsWith("127.", StringComparison.Ordinal) && !string.Equals(Short(host), Short(self), StringComparison.OrdinalIgnoreCase))];

    private static string Short(string host) => char.IsAsciiDigit(host[0]) ? host : host.Split('.')[0];

    /// <summary>A program that was heard of before will be heard of again, about as soon; of one that never was, nothing can be expected.</summary>
    private TimeSpan Patience => _options.EarlierStart is { } took
        ? TimeSpan.FromTicks(Math.Clamp((TimesAsLong * took).Ticks, Math.Min(PatienceMin.Ticks, _options.Timeout.Ticks), _options.Timeout.Ticks))
        : TimeSpan.MaxValue;

    private void Look()
    {
        // A round that takes long is not overtaken by the next.
        if (!_round.TryEnter()) return;
        try
        {
            int heard = _options.Heard();
            if (_isOver || heard >= _options.Ranks) return;
            if (heard > 0) _firstHeard ??= _time.GetTimestamp();
            if (_time.GetElapsedTime(_firstHeard ?? _start) is var waited && (_firstHeard is null ? waited > Patience : waited > _options.Timeout))
            {
                _isOver = true;
                _options.Incomplete(heard);
                return;
            }

            // A job that does not use the library is never heard of; what becomes of its hosts later is the launcher's affair.
            if (_options.Hosts.Count < 2 || (_firstHeard is null && _time.GetElapsedTime(_start) > _options.Timeout)) return;
            bool?[] answers = Task.WhenAll(_options.Hosts.Select(_options.Ask)).GetAwaiter().GetResult();
            foreach (string host in _roll.Take(_options.Hosts.Zip(answers).ToDictionary()))
            {
                if (_options.Heard() < _options.Ranks) _options.Absent(host);
            }
        }
        finally
        {
            _round.Exit();
        }
    }
}

/// <summary>What a <see cref="StartWatch"/> looks at, and who hears of it, on a thread of the clock.</summary>
internal sealed record StartWatchOptions
{
    /// <summary>How many ranks the attempt has.</summary>
    public required int Ranks { get; init; }

    /// <summary>The hosts that the launcher was given, without this one; none where it decides itself.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>How long the last rank may come after the first, how long hosts are asked while no rank comes, and the longest patience with a launcher.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long an earlier attempt took until all its ranks were heard of; null while there was none.</summary>
    public TimeSpan? EarlierStart { get; init; }

    /// <summary>How many ranks of the attempt were heard of.</summary>
    public required Func<int> Heard { get; init; }

    /// <summary>Asks a host whether it is there.</summary>
    public required Func<string, Task<bool?>> Ask { get; init; }

    /// <summary>Hears of each host that does not answer.</summary>
    public required Action<string> Absent { get; init; }

    /// <summary>Hears, with the number of ranks that came, that others did not; with 0, that none came although the program uses the library.</summary>
    public required Action<int> Incomplete { get; init; }
}
