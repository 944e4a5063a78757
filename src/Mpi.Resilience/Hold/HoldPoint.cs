using System;
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

    /// <summary>Called in the silence; returns when this rank may go on. The others may still be silent.</summary>
    public void Stay()
    {
        long start = time.GetTimestamp();
        _reason = "";
        _hold = AwaitOrder(start);
        if (_hold == 0)
            return;
        control!.Held(_hold);
        while (!control.Holds.IsReleased(_hold) && WhyNot(start) is not { } why)
        {
            Progress.LookUp();
            control.Holds.Pause(_hold, Moment);
        }

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
        control.HoldEnded(hold, trouble ?? _reason);
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
