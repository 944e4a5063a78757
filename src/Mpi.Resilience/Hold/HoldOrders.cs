using System;
using System.Threading;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Mpi.Resilience;

/// <summary>What the supervisor said about holding the job: written by the channel's thread, read by the rank's. Numbers only grow.</summary>
internal sealed class HoldOrders
{
    private readonly object _changed = new();
    private long _asked;
    private long _releasedUpTo;
    private long _served;
    private long _deadlineTicks;
    private long _moveHold;
    private RequestMoveNow? _now;
    private RequestPrepare? _preparation;

    /// <summary>The newest hold that was asked for; 0 if none was.</summary>
    public long Newest => Volatile.Read(ref _asked);

    /// <summary>How long the newest hold may last.</summary>
    public TimeSpan Deadline => new(Volatile.Read(ref _deadlineTicks));

    /// <summary>The job is to be held, and was neither held nor released for this.</summary>
    public bool IsWanted => Newest > Math.Max(Volatile.Read(ref _served), Volatile.Read(ref _releasedUpTo));

    public void Ask(long hold, TimeSpan deadline)
    {
        Volatile.Write(ref _deadlineTicks, deadline.Ticks);
        Volatile.Write(ref _asked, Math.Max(Newest, hold));
    }

    /// <summary>The move that a process prepares itself for; null before the first.</summary>
    public RequestPrepare? Preparation => Volatile.Read(ref _preparation);

    /// <summary>A process prepares itself to take a rank's place.</summary>
    public void Prepare(RequestPrepare order) => Volatile.Write(ref _preparation, order);

    /// <summary>The hold is for a rank that goes on as another process.</summary>
    public void AskForMove(long hold, TimeSpan deadline, int rank)
    {
        MovingRank = rank;
        Volatile.Write(ref _moveHold, hold);
        Ask(hold, deadline);
    }

    /// <summary>The rank that a hold is for, when it is for a move.</summary>
    public int MovingRank { get; private set; }

    /// <summary>Whether a hold is for a move.</summary>
    public bool IsMove(long hold) => hold != 0 && Volatile.Read(ref _moveHold) == hold;

    /// <summary>All are ready for the move.</summary>
    public void MoveNow(RequestMoveNow order)
    {
        Volatile.Write(ref _now, order);
        lock (_changed) Monitor.PulseAll(_changed);
    }

    /// <summary>The order to move, once it has come.</summary>
    public RequestMoveNow? NowFor(long hold) => Volatile.Read(ref _now) is { } order && order.Hold == hold ? order : null;

    public void Release(long hold)
    {
        Volatile.Write(ref _releasedUpTo, Math.Max(Volatile.Read(ref _releasedUpTo), hold));
        lock (_changed) Monitor.PulseAll(_changed);
    }

    public bool IsReleased(long hold) => Volatile.Read(ref _releasedUpTo) >= hold;

    /// <summary>The hold is over for this rank, or never came to be.</summary>
    public void Serve(long hold) => Volatile.Write(ref _served, Math.Max(Volatile.Read(ref _served), hold));

    /// <summary>Waits until the hold is released, not longer than a moment: other things may end it, too.</summary>
    public void Pause(long hold, TimeSpan moment)
    {
        lock (_changed)
        {
            if (!IsReleased(hold) && NowFor(hold) is null) _ = Monitor.Wait(_changed, moment);
        }
    }
}
