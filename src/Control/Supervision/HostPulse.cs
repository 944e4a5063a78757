using System;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// In a job over several hosts: says to every rank that the supervisor is there, which renews their leases and gives the kernel something to be
/// acknowledged, and looks for ranks that say nothing.
/// </summary>
internal sealed class HostPulse : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>If a beat is this late, this process was stopped or starved, and heard nobody.</summary>
    private static readonly TimeSpan LateBy = 4 * Interval;

    private readonly ControlServer _server;
    private readonly RankBoard _board;
    private readonly TimeSpan _silenceTimeout;
    private readonly Action<RankPeer> _silent;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _beating = new();
    private long _beatenAt;

    public HostPulse(ControlServer server, RankBoard board, TimeSpan silenceTimeout, Action<RankPeer> silent, TimeProvider time)
    {
        _server = server;
        _board = board;
        _silenceTimeout = silenceTimeout;
        _silent = silent;
        _time = time;
        _beatenAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Beat(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        // A connection that takes nothing holds a beat up; the next ones do not pile up behind it.
        if (!_beating.TryEnter()) return;
        try
        {
            bool isLate = _time.GetElapsedTime(_beatenAt) > LateBy;
            _beatenAt = _time.GetTimestamp();
            _server.Broadcast(new Alive());
            if (isLate) _board.Forgive();
            else if (_board.FirstSilent(_silenceTimeout) is { } rank) _silent(rank);
        }
        finally
        {
            _beating.Exit();
        }
    }
}
