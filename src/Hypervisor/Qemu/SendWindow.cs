using System;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// QEMU counts what it sends in windows of a tenth of a second. When it has sent what it may it sleeps to the end of the window, and no word wakes it: it notices a limit that is lifted
/// meanwhile only then, and a job that is silent already waits for that. So a job is best asked for silence at the moment from which it is silent just before a window ends.
/// All times are since the beginning of the move.
/// </summary>
internal sealed class SendWindow
{
    private static readonly TimeSpan Length = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a job takes to fall silent whose steps are short. One that takes longer waits for half a window on average, as it would without this.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(12);
    private static readonly TimeSpan WaitMax = 2.5 * Length;

    private double _rate = double.NaN;
    private TimeSpan? _beganAt;
    private TimeSpan? _waitsSince;

    /// <summary>Takes note of the rate that QEMU tells, which it counts anew whenever a window ends.</summary>
    public void See(double rate, TimeSpan now)
    {
        if (!double.IsNaN(_rate) && rate != _rate) _beganAt = now;
        _rate = rate;
    }

    /// <summary>Whether to ask for silence now; true at once while no window has ended, and at the latest after two and a half of them.</summary>
    public bool IsTimeToAsk(TimeSpan now)
    {
        if (_beganAt is not { } beganAt) return true;
        _waitsSince ??= now;
        if (now - _waitsSince >= WaitMax) return true;
        var since = TimeSpan.FromTicks((now - beganAt).Ticks % Length.Ticks);
        return since >= Length - Lead - Slack && since < Length - Lead;
    }
}
