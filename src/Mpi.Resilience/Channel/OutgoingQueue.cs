using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>
/// What a rank has to say and the background thread has not sent yet. Putting never waits. Beats do not queue: a newer one replaces
/// the older, so they can neither fill the queue nor delay a commit; at most one leaves per interval.
/// </summary>
internal sealed class OutgoingQueue(int messagesMax, TimeSpan beatInterval, TimeSpan aliveInterval, TimeProvider time)
{
    private readonly Queue<ControlMessage> _messages = new();
    private readonly object _gate = new();
    private long _beatStep;
    private volatile bool _beatPending;
    private long _beatSentAt;
    private bool _beatEverSent;
    private long _urgentAfter = long.MaxValue;
    private bool _closed;

    /// <summary>Queues a message. False if the queue is full or closed.</summary>
    public bool TryPut(ControlMessage message)
    {
        lock (_gate)
        {
            if (_closed || _messages.Count >= messagesMax) return false;
            _messages.Enqueue(message);
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Notes the newest step. Costs one store while an earlier beat is still waiting for its turn.</summary>
    public void PutBeat(long step)
    {
        Volatile.Write(ref _beatStep, step);
        if (_beatPending) return;
        lock (_gate)
        {
            _beatPending = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes the next message, waiting for one. False when the queue is closed and everything has left.</summary>
    public bool TryTake([NotNullWhen(true)] out ControlMessage? message)
    {
        lock (_gate)
        {
            long silentSince = time.GetTimestamp();
            while (true)
            {
                if (_messages.TryDequeue(out message))
                {
                    if (message is Restored restored) Await(restored.Step);
                    return true;
                }

                if (_closed) return false;
                TimeSpan untilAlive = aliveInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : Left(aliveInterval, silentSince);
                if (untilAlive <= TimeSpan.Zero)
                {
                    message = new Alive();
                    return true;
                }

                TimeSpan untilBeat = !_beatPending ? untilAlive : Volatile.Read(ref _beatStep) > _urgentAfter ? TimeSpan.Zero : UntilNextBeat();
                if (_beatPending && untilBeat <= TimeSpan.Zero)
                {
                    // Cleared before the step is read: a step noted in between is sent now and once more, never lost.
                    _beatPending = false;
                    _beatSentAt = time.GetTimestamp();
                    _beatEverSent = true;
                    long step = Volatile.Read(ref _beatStep);
                    if (step > _urgentAfter) _urgentAfter = long.MaxValue;
                    message = new Beat(step);
                    return true;
                }

                TimeSpan pause = untilBeat < untilAlive ? untilBeat : untilAlive;
                Monitor.Wait(_gate, pause == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : pause);
            }
        }
    }

    /// <summary>The first step that is done after a restore ends an outage, and is told at once.</summary>
    private void Await(long restoredStep)
    {
        _beatEverSent = false;
        _urgentAfter = restoredStep;
    }

    /// <summary>Accepts nothing more; what is queued may still be taken, unless <paramref name="discard"/>.</summary>
    public void Close(bool discard)
    {
        lock (_gate)
        {
            _closed = true;
            if (discard) _messages.Clear();
            Monitor.PulseAll(_gate);
        }
    }

    private TimeSpan UntilNextBeat()
    {
        return _beatEverSent ? Left(beatInterval, _beatSentAt) : TimeSpan.Zero;
    }

    private TimeSpan Left(TimeSpan interval, long since)
    {
        TimeSpan left = interval - time.GetElapsedTime(since);
        // Monitor counts whole milliseconds: a fraction must not become a busy wait.
        return left <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
    }
}
