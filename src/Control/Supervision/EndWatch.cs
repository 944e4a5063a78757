using System;
using System.Threading;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// Tells when a job is over and its launcher does not end. After the loss of a process Open MPI 4.1 hears no more of the others on that host, and would wait
/// for them for ever.
/// </summary>
internal sealed class EndWatch : IDisposable
{
    /// <summary>A launcher that notices ends within milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private readonly Func<bool> _isOver;
    private readonly Action _lingers;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long? _overSince;
    private bool _isSaid;

    /// <summary>Begins to look.</summary>
    /// <param name="isOver">Whether all ranks have finished, and all processes of the job have ended.</param>
    /// <param name="lingers">Called once, when it has been over for a while.</param>
    /// <param name="time">The clock.</param>
    public EndWatch(Func<bool> isOver, Action lingers, TimeProvider time)
    {
        _isOver = isOver;
        _lingers = lingers;
        _time = time;
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            _overSince = _isOver() ? _overSince ?? _time.GetTimestamp() : null;
            if (_isSaid || _overSince is not { } since || _time.GetElapsedTime(since) < Patience) return;
            _isSaid = true;
        }

        _lingers();
    }
}
