using System;
using HpcVirt.Mpi.Resilience.Agreement;
using HpcVirt.Mpi.Resilience.Channel;
using MPI;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// Where a rank stays while the job is held: silent, without a call of MPI, writing to no memory, so that its virtual machine's copy can catch up. It goes on when it is
/// released, and by itself when nobody does so in time, the supervisor has gone, or the job is asked to stop.
/// </summary>
internal sealed class HoldPoint(ControlClient? control, TimeProvider time)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    /// <summary>The wish of another rank may be known before the supervisor's word has come to this one.</summary>
    private static readonly TimeSpan OrderDeadline = TimeSpan.FromSeconds(5);

    private long _hold;
    private string _reason = "";

    /// <summary>Whether this rank was told to hold, and has not.</summary>
    public bool IsWanted => control?.Holds.IsWanted == true;

    /// <summary>How long the last hold was.</summary>
    public TimeSpan HeldFor { get; private set; }

    /// <summary>When this rank fell silent for the last hold.</summary>
    public long Since { get; private set; }

    /// <summary>Whether the last hold was for a rank that moves; the same on all ranks.</summary>
    public bool IsForMove { get; private set; }

    /// <summary>The order to move that ended the last hold, or null.</summary>
    public RequestMoveNow? Move { get; private set; }

    /// <summary>Whether the links are to be closed before the hold begins, with <see cref="Await"/>; the same on all ranks.</summary>
    public bool ClosesLinks { get; private set; }

    /// <summary>Called in the silence; returns when this rank may go on. The others may still be silent.</summary>
    /// <param name="ranks">All ranks.</param>
    /// <param name="isReadyToMove">Whether a rank can move in this silence; collective, and asked only where the hold is for that.</param>
    /// <param name="canCloseLinks">Whether the links can be closed and opened again; collective. Null where they are kept.</param>
    public void Stay(BoundedCollectives ranks, Func<long, bool> isReadyToMove, Func<bool>? canCloseLinks = null)
    {
        Since = time.GetTimestamp();
        (_reason, Move, ClosesLinks) = ("", null, false);
        _hold = AwaitOrder(Since);

        // An order may be late on one rank, and all must do the same.
        IsForMove = ranks.Maximum(control?.Holds.IsMove(_hold) == true ? 1 : 0) == 1;
        if (!IsForMove && canCloseLinks is not null && ranks.Minimum(_hold == 0 ? 0 : 1) == 1 && canCloseLinks())
            ClosesLinks = true;
        else if (_hold != 0 && (!IsForMove || isReadyToMove(_hold)))
            Await();
    }

    /// <summary>Says that this rank is held, and returns when it may go on.</summary>
    public void Await()
    {
        long start = Since;
        if (!IsForMove)
            control!.Held(_hold);
        while (!control!.Holds.IsReleased(_hold) && control.Holds.NowFor(_hold) is null && WhyNot(start) is null)
        {
            Progress.LookUp();
            control.Holds.Pause(_hold, Moment);
        }

        Move = control.Holds.NowFor(_hold);
        _reason = control.Holds.IsReleased(_hold) ? "" : WhyNot(start) ?? "";
        HeldFor = time.GetElapsedTime(start);
    }

    /// <summary>The hold is over on all ranks, or the job did not fall silent for it.</summary>
    /// <param name="trouble">Why it did not fall silent, as far as this rank knows; null if it did.</param>
    public void End(string? trouble = null)
    {
        if (control is null)
            return;
        long hold = trouble is null ? _hold : control.Holds.Newest;
        _hold = 0;
        if (hold == 0)
            return;
        control.Holds.Serve(hold);
        if (!control.Holds.IsMove(hold))
            control.HoldEnded(hold, trouble ?? _reason);
        else if (trouble is not null)
            control.MoveReady(hold, 0, trouble);
    }

    private string? WhyNot(long start) => control switch
    {
        { SupervisorLost: true } => "the supervisor is gone",
        { StopRequested: true } => "the job is to stop",
        _ when time.GetElapsedTime(start) >= control!.Holds.Deadline => $"nobody released it within {control.Holds.Deadline.TotalSeconds:0.###} s",
        _ => null,
    };

    private long AwaitOrder(long start)
    {
        while (control is { SupervisorLost: false } && time.GetElapsedTime(start) < OrderDeadline)
        {
            if (control.Holds.Newest is > 0 and var hold && (control.Holds.IsWanted || control.Holds.IsReleased(hold)))
                return hold;
            control.Holds.Pause(long.MaxValue, Moment);
        }

        return 0;
    }
}
