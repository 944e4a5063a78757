using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>
/// One run of libvirt's migration, watched and steered from beside it. libvirt has no word that makes a switch-over wait for a job to be silenced. So, while it is
/// not silent, the copy gets slower the less is left, and is a trickle when the rest is small: then the job is silenced, and full speed comes back. If the trickle
/// is about to run dry before, the run is given up, and is to be repeated when the job is silent.
/// </summary>
internal sealed class MoveRun(
    LibvirtDomain source, LibvirtConnection target, MigrationOptions options, JobHold hold, IProgress<MigrationProgress>? progress, LibvirtDeadlines deadlines, TimeProvider time)
{
    private const long BytesPerMib = 1 << 20;
    private const long TrickleMibPerSecond = 1;
    private const long AlmostDryBytes = 1 << 20;

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LeastDowntime = TimeSpan.FromMilliseconds(1);

    private readonly long _start = time.GetTimestamp();
    private readonly LibvirtWords _steering = new(), _ending = new();
    private long _givenUpSince;
    private bool _isGivenUp;
    private bool _isLate;
    private bool _mustRepeat;
    private bool _isReleased;

    /// <summary>True if the guest was told to work at its target before all of its memory was there.</summary>
    public bool IsPostcopy { get; private set; }

    /// <summary>The last that was heard of it.</summary>
    public JobStatistics Last { get; private set; } = new();

    private long LimitMibPerSecond => Mib(options.BandwidthBytesPerSecondMax);

    /// <summary>While a job is held, the wire is the copy's.</summary>
    private long HeldLimitMibPerSecond => options.BeforeSwitchOver is null ? LimitMibPerSecond : Mib(options.HeldBandwidthBytesPerSecondMax);

    /// <summary>The job stands still while the rest is sent, so under a limit that counts as small which a tenth of a second carries.</summary>
    private long SmallRestBytes => options.BandwidthBytesPerSecondMax is { } limit ? Math.Min(options.HoldRestBytes, Math.Max(limit / 10, 2 * AlmostDryBytes)) : options.HoldRestBytes;

    /// <summary>Runs until it is over.</summary>
    /// <returns>False if the copy was too quick for the silencing: the guest works on at its source, and the run is to be repeated.</returns>
    /// <exception cref="LibvirtException">It has failed, or nobody answers.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="MigrationFailedException">It was given up.</exception>
    public async Task<bool> RunAsync(MoveParameters parameters, long memoryBytes, CancellationToken cancel)
    {
        var trend = new CopyTrend(memoryBytes, SmallRestBytes);
        bool mayEnd = hold.IsDone;
        _ = await source.SetDowntimeAsync(mayEnd ? options.DowntimeLimit : LeastDowntime);
        parameters = parameters with { MibPerSecond = mayEnd ? HeldLimitMibPerSecond : TaperedMibPerSecond(trend), MibPerSecondAfterwards = LimitMibPerSecond };
        progress?.Report(new MigrationProgress(MigrationPhase.SettingUp, memoryBytes, 0, memoryBytes, 0, 0));
        Task<bool> moving = LibvirtCall.Start(() => parameters.Move(source, target));
        while (!moving.IsCompleted)
        {
            GiveUpIfWanted(moving, cancel);
            if (await source.StatisticsAsync() is { IsOutgoing: true } statistics)
            {
                Last = statistics;
                Report(statistics);
                Steer(statistics, trend, cancel);
            }

            _steering.GoOn();
            _ending.GoOn();
            _ = await Task.WhenAny(moving, Task.Delay(LookAgainAfter, time, CancellationToken.None));
        }

        // Whatever was said and not answered by now is answered by the move's end.
        await _steering.SettleAsync();
        await _ending.SettleAsync();
        try
        {
            return await moving;
        }
        catch (LibvirtException) when (_isGivenUp)
        {
            await hold.SettleAsync();
            if (_mustRepeat && hold.Failure is null && !_isLate && !cancel.IsCancellationRequested) return false;
            throw Ended(cancel);
        }
    }

    private static long Mib(long? limitBytesPerSecond) => limitBytesPerSecond is { } limit ? limit / BytesPerMib : MoveParameters.UnlimitedMibPerSecond;

    private long TaperedMibPerSecond(CopyTrend trend) => Math.Clamp((long)trend.TaperedBytesPerSecond / BytesPerMib, TrickleMibPerSecond, LimitMibPerSecond);

    private Exception Ended(CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested) return new OperationCanceledException($"the move of guest {source.Guest} was given up; it works on on host {source.Host}", cancel);
        if (_isLate) return new MigrationFailedException(source.Guest, source.Host, $"it was not over within {options.Deadline.TotalSeconds:0.#} s. Give it more bandwidth, a longer downtime, or postcopy.");
        return new MigrationFailedException(source.Guest, source.Host, $"{hold.Failure}.");
    }

    /// <summary>
    /// Before libvirt has begun, a job cannot be ended; so it is told to end again and again, until it does or nobody waits any longer. A guest that works at its
    /// target cannot be called back: giving up comes too late then, and only the waiting has an end.
    /// </summary>
    private void GiveUpIfWanted(Task<bool> moving, CancellationToken cancel)
    {
        if (!_isGivenUp)
        {
            _isLate = time.GetElapsedTime(_start) > options.Deadline;
            if (!_isLate && (IsPostcopy || !(_mustRepeat || hold.Failure is not null || cancel.IsCancellationRequested))) return;
            _isGivenUp = true;
            _givenUpSince = time.GetTimestamp();
        }

        if (!IsPostcopy) _ending.Say(source.AbortQuietlyAsync);
        if (!moving.IsCompleted && time.GetElapsedTime(_givenUpSince) > deadlines.Abort)
            throw LibvirtException.NotInTime(source.Host, $"giving up the move of guest {source.Guest} to host {target.Host}", deadlines.Abort, new TimeoutException());
    }

    private void Steer(JobStatistics statistics, CopyTrend trend, CancellationToken cancel)
    {
        if (_isGivenUp) return;
        if (hold.IsWanted) SlowDown(statistics, trend, cancel);
        else if (hold.IsUnderWay) _mustRepeat = statistics.RestBytes < AlmostDryBytes;
        else if (hold.IsDone && options.BeforeSwitchOver is not null && !_isReleased) Release();

        if (options.Mode is MigrationMode.Postcopy && hold.IsDone && !IsPostcopy && statistics.Passes > 0 && _steering.IsSilent)
        {
            _steering.Say(async () =>
            {
                _ = await source.StartPostcopyAsync();
                IsPostcopy = true;
            });
        }

        if (_mustRepeat) GiveUpIfWanted(Task.FromResult(true), cancel);
    }

    private void SlowDown(JobStatistics statistics, CopyTrend trend, CancellationToken cancel)
    {
        if (trend.IsNearItsEnd(statistics))
        {
            _steering.Say(() => source.SetSpeedAsync(TrickleMibPerSecond));
            hold.Begin(cancel);
        }
        else if (trend.IsToBeSlowedDown(statistics))
        {
            trend.SlowDown(statistics);
            long speed = TaperedMibPerSecond(trend);
            _steering.Say(() => source.SetSpeedAsync(speed));
        }
    }

    private void Release()
    {
        _isReleased = true;
        _steering.Say(async () =>
        {
            _ = await source.SetDowntimeAsync(options.DowntimeLimit);
            _ = await source.SetSpeedAsync(HeldLimitMibPerSecond);
        });
    }

    private void Report(JobStatistics statistics)
    {
        MigrationPhase phase = IsPostcopy ? MigrationPhase.Fetching : hold.IsUnderWay ? MigrationPhase.Holding : statistics.Passes == 0 ? MigrationPhase.SettingUp : MigrationPhase.Copying;
        progress?.Report(new MigrationProgress(phase, statistics.TotalBytes, statistics.SentBytes, statistics.RestBytes, statistics.Passes, statistics.DirtyBytesPerSecond));
    }
}
