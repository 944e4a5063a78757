using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// One run of QEMU's migration from a source to a target that waits for it. While a job is still to be silenced, the downtime limit is next to zero, so that QEMU does
/// not switch over by itself; once the rest is small, or does not shrink, the copy is slowed down to a trickle, the job is silenced at the moment that <see cref="SendWindow"/> names, and then the wire is the copy's: a
/// limit is there for the job's traffic, and there is none.
/// </summary>
internal sealed class MigrationRun(QemuMonitor source, MigrationOptions options, JobHold hold, IProgress<MigrationProgress>? progress, TimeProvider time)
{
    private const long TrickleBytesPerSecond = 64 << 10;
    private const long SmallestRestBytes = 1 << 20;
    private const int PassesToShrink = 4;
    private const double ShrinkFactor = 0.9;
    private const int TimesAskedMax = 100;

    /// <summary>Not zero: then QEMU switches over at the end of its first pass, without asking what was written meanwhile.</summary>
    private static readonly TimeSpan LeastDowntime = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LookAgainWhileHeldAfter = TimeSpan.FromMilliseconds(1);

    private readonly long _start = time.GetTimestamp();
    private readonly SendWindow _window = new();
    private bool _isCancelled;
    private bool _isTimeToHold;
    private bool _isTapered;
    private bool _isContinued;
    private bool _isReleased;
    private bool _isPostcopy;
    private bool _isLate;
    private bool _mustRepeat;
    private int _timesAsked;
    private int _pass;
    private long _passRestBytes;
    private long _lastPassRestBytes = long.MaxValue;

    /// <summary>The job stands still while the rest is sent, so under a limit that counts as small which a tenth of a second carries.</summary>
    private long SmallRestBytes => (options.HeldBandwidthBytesPerSecondMax ?? options.BandwidthBytesPerSecondMax) is { } limit ? Math.Min(options.HoldRestBytes, Math.Max(limit / 10, SmallestRestBytes)) : options.HoldRestBytes;

    /// <summary>True if the guest works at its target before all of its memory is there.</summary>
    public bool IsPostcopy => _isPostcopy;

    /// <summary>Runs until it is over.</summary>
    /// <returns>The last status; null when the copy was so quick that the guest stopped before the job was silent: then it works on, and the run is to be repeated.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; the guest works on at its source.</exception>
    /// <exception cref="MigrationFailedException">It failed; the guest works on at its source.</exception>
    public async Task<MigrationStatus?> RunAsync(string uri, CancellationToken cancel)
    {
        await source.SetParametersAsync(options.BandwidthBytesPerSecondMax, hold.IsDone ? options.DowntimeLimit : LeastDowntime, options.MultifdChannels, cancel);
        await source.MigrateAsync(uri, cancel);
        while (true)
        {
            await GiveUpIfWantedAsync(cancel);
            MigrationStatus status = await source.MigrationAsync(CancellationToken.None);
            Report(status);
            switch (status.Status)
            {
                case "completed" when !(status.IsCompletedWithoutTimes && _timesAsked++ < TimesAskedMax):
                    return status;
                case "failed":
                    throw new MigrationFailedException(source.Guest, source.Host, $"QEMU gave up{(status.Error.Length > 0 ? $" ({status.Error})" : "; the target has refused, gone or run out of memory")}.");
                case "cancelled":
                    await hold.SettleAsync();
                    if (_mustRepeat && hold.Failure is null) return null;
                    throw Ended(cancel);
                case "postcopy-paused":
                    throw new MigrationFailedException(source.Guest, null, "the connection broke while its memory was on both hosts.");
                case "pre-switchover":
                    await BeforeSwitchOverAsync();
                    break;
                case "active":
                    await WhileCopyingAsync(status, cancel);
                    break;
                default:
                    break;
            }

            await Task.Delay(hold.IsHeld ? LookAgainWhileHeldAfter : LookAgainAfter, time, CancellationToken.None);
        }
    }

    private Exception Ended(CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested) return new OperationCanceledException($"the move of guest {source.Guest} was given up; it works on on host {source.Host}", cancel);
        if (_isLate) return new MigrationFailedException(source.Guest, source.Host, $"it was not over within {options.Deadline.TotalSeconds:0.#} s. Give it more bandwidth, a longer downtime, or postcopy.");
        return new MigrationFailedException(source.Guest, source.Host, $"{hold.Failure ?? "somebody else has cancelled it"}.");
    }

    /// <summary>A guest that works at its target cannot be called back: giving up comes too late then.</summary>
    private async Task GiveUpIfWantedAsync(CancellationToken cancel)
    {
        bool isOverdue = time.GetElapsedTime(_start) > options.Deadline;
        if (_isCancelled || _isPostcopy || !(cancel.IsCancellationRequested || isOverdue || hold.Failure is not null)) return;
        _isLate = isOverdue;
        await CancelAsync();
    }

    private async Task CancelAsync()
    {
        _isCancelled = true;
        await source.CancelMigrationAsync();
    }

    private async Task BeforeSwitchOverAsync()
    {
        if (_isCancelled || _isContinued) return;
        if (hold.IsDone)
        {
            _isContinued = true;
            await source.SwitchOverAsync();
            return;
        }

        // The guest stands still, so its job cannot fall silent any more: let it go on, silence it, and begin again.
        _mustRepeat = true;
        await CancelAsync();
    }

    private async Task WhileCopyingAsync(MigrationStatus status, CancellationToken cancel)
    {
        if (_isCancelled) return;
        TimeSpan now = time.GetElapsedTime(_start);
        _window.See(status.SentMegabitsPerSecond, now);
        if (hold.IsWanted)
        {
            bool isSmall = IsSmall(status);
            if (DoesNotShrink(status) || isSmall) _isTimeToHold = true;
            bool asks = _isTimeToHold && _window.IsTimeToAsk(now);
            if ((asks || isSmall) && !_isTapered)
            {
                // What is small is kept back at once: it could be gone, and the guest with it, before the job is silent.
                _isTapered = true;
                await source.SetParametersAsync(TrickleBytesPerSecond, LeastDowntime, cancel: CancellationToken.None);
            }

            if (asks) hold.Begin(cancel);
        }
        else if (hold.IsDone && !_isReleased && options.BeforeSwitchOver is not null)
        {
            _isReleased = true;
            await source.SetParametersAsync(options.HeldBandwidthBytesPerSecondMax, options.DowntimeLimit, cancel: CancellationToken.None);
        }

        if (options.Mode is MigrationMode.Postcopy && hold.IsDone && !_isPostcopy && status.Passes > 0)
        {
            _isPostcopy = true;
            try
            {
                await source.StartPostcopyAsync();
            }
            catch (QmpException e) when (e.Fault is QmpFault.Refused)
            {
                // It was over before; the next look says so.
                _isPostcopy = false;
            }
        }
    }

    private bool IsSmall(MigrationStatus status) => status.Passes > 0 && status.TotalBytes > 0 && status.RestBytes <= SmallRestBytes;

    /// <summary>A guest that writes faster than the wire carries never gets small by itself; a silent one does.</summary>
    private bool DoesNotShrink(MigrationStatus status)
    {
        if (status.Passes != _pass)
        {
            _lastPassRestBytes = _pass == 0 ? long.MaxValue : _passRestBytes;
            _passRestBytes = 0;
            _pass = status.Passes;
        }

        _passRestBytes = Math.Max(_passRestBytes, status.RestBytes);
        return _pass >= PassesToShrink && _passRestBytes >= ShrinkFactor * _lastPassRestBytes;
    }

    private void Report(MigrationStatus status)
    {
        MigrationPhase phase = status.Status switch
        {
            "completed" => MigrationPhase.SwitchingOver,
            "pre-switchover" or "device" => MigrationPhase.SwitchingOver,
            "postcopy-active" => MigrationPhase.Fetching,
            "active" => hold.IsUnderWay ? MigrationPhase.Holding : MigrationPhase.Copying,
            _ => MigrationPhase.SettingUp,
        };
        progress?.Report(new MigrationProgress(phase, status.TotalBytes, status.SentBytes, status.RestBytes, status.Passes, status.DirtyPagesPerSecond * status.PageBytes));
    }
}
