using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// Looks, while no rank of an attempt was heard of, for hosts that are down: a launcher waits for ever for one that does not answer. Asks each for a
/// TCP connection to the port of the secure shell; a refusal is an answer, too.
/// </summary>
internal sealed class StartProbe : IDisposable
{
    /// <summary>A start that goes well is over before the first round.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private const int SecureShell = 22;
    private const int Rounds = 2;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2.5);

    private readonly IReadOnlyList<string> _hosts;
    private readonly Func<string, Task<bool?>> _ask;
    private readonly Func<bool> _isOver;
    private readonly Action<string> _absent;
    private readonly HostRoll _roll = new(Rounds);
    private readonly Lock _round = new();
    private readonly ITimer _timer;

    /// <param name="hosts">The hosts that the launcher was given.</param>
    /// <param name="ask">Asks one host: true for an answer, false for none, null when it could not be asked.</param>
    /// <param name="isOver">Whether nobody needs to know any more.</param>
    /// <param name="absent">Hears of each host that does not answer, on a thread of its own.</param>
    /// <param name="time">The clock.</param>
    public StartProbe(IReadOnlyList<string> hosts, Func<string, Task<bool?>> ask, Func<bool> isOver, Action<string> absent, TimeProvider time)
    {
        (_hosts, _ask, _isOver, _absent) = (hosts, ask, isOver, absent);
        _timer = time.CreateTimer(_ => Ask(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Asks a host for a connection.</summary>
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
    }

    private void Ask()
    {
        // A round that takes long is not overtaken by the next.
        if (!_round.TryEnter()) return;
        try
        {
            if (_isOver()) return;
            bool?[] answers = Task.WhenAll(_hosts.Select(_ask)).GetAwaiter().GetResult();
            foreach (string host in _roll.Take(_hosts.Zip(answers).ToDictionary()))
            {
                if (!_isOver()) _absent(host);
            }
        }
        finally
        {
            _round.Exit();
        }
    }
}
