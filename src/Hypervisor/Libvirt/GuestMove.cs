using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>Moves one guest, and finds out where it is, however that ends.</summary>
internal sealed class GuestMove(
    GuestFile file, LibvirtDomain source, LibvirtConnection target, MigrationOptions options, IProgress<MigrationProgress>? progress, LibvirtDeadlines deadlines, TimeProvider time)
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(10);

    public async Task<MigrationResult> RunAsync(CancellationToken cancel)
    {
        if (source.Condition is not (GuestCondition.Running or GuestCondition.Paused))
            throw new HypervisorException($"guest {source.Guest} on host {source.Host} is {source.Words} and cannot be moved. Resume or restore it first.");
        bool isRunning = source.Condition is GuestCondition.Running;
        long memoryBytes = await source.MemoryBytesAsync(cancel), start = time.GetTimestamp();
        var parameters = new MoveParameters
        {
            TargetAddress = file.Hosts[options.TargetHost],
            MibPerSecond = MoveParameters.UnlimitedMibPerSecond,
            MibPerSecondAfterwards = MoveParameters.UnlimitedMibPerSecond,
            Channels = options.MultifdChannels,
            IsPostcopy = options.Mode is MigrationMode.Postcopy,
            IsPeerToPeer = file.LibvirtIsPeerToPeer,
            IsPersistent = await source.IsPersistentAsync(cancel) == 1,
        };
        var hold = new JobHold(isRunning ? options : options with { BeforeSwitchOver = null }, time);
        string? remark = null;
        while (true)
        {
            var run = new MoveRun(source, target, options, hold, progress, deadlines, time);
            try
            {
                if (await run.RunAsync(parameters, memoryBytes, cancel)) return await ArrivedAsync(run, hold, isRunning, start, remark);
            }
            catch (Exception e) when (e is HypervisorException or OperationCanceledException)
            {
                await hold.SettleAsync();
                if (await AfterFailureAsync(e, isRunning) is { } why) return await ArrivedAsync(run, hold, isRunning, start, why);
                throw;
            }

            remark = "the copy was quicker than the silencing, and was made twice";
        }
    }

    private async Task<MigrationResult> ArrivedAsync(MoveRun run, JobHold hold, bool isRunning, long start, string? remark)
    {
        using LibvirtDomain? there = await target.FindAsync(source.Guest, CancellationToken.None);
        if (there is null || !await WorksAsync(there, isRunning))
            throw new MigrationFailedException(source.Guest, null, $"libvirt says that it was moved, and it is {there?.Words ?? "not there"} on host {options.TargetHost}.");
        await hold.ReleaseAsync();
        TimeSpan? heldFor = hold.Elapsed;
        bool isTooLate = isRunning && !hold.IsDone;
        await hold.SettleAsync();
        JobStatistics last = await there.StatisticsAsync(ofCompleted: true) ?? run.Last;
        progress?.Report(new MigrationProgress(MigrationPhase.Done, last.TotalBytes, last.SentBytes, 0, last.Passes, 0));
        return new MigrationResult
        {
            Guest = source.Guest,
            From = source.Host,
            To = options.TargetHost,
            Took = last.Took > TimeSpan.Zero ? last.Took : time.GetElapsedTime(start),
            Downtime = last.Downtime,
            HeldFor = heldFor,
            SentBytes = last.SentBytes,
            WasPostcopy = run.IsPostcopy,
            Remark = isTooLate ? "the guest had switched over before its job was silent, which libvirt cannot be kept from" : remark,
        };
    }

    /// <summary>A guest that was running must run; one that stood still must be there.</summary>
    private async Task<bool> WorksAsync(LibvirtDomain there, bool isRunning)
    {
        long start = time.GetTimestamp();
        while (there.Condition != (isRunning ? GuestCondition.Running : GuestCondition.Paused))
        {
            if (time.GetElapsedTime(start) > deadlines.Command) return false;
            await Task.Delay(LookAgainAfter, time, CancellationToken.None);
            await there.RefreshAsync(CancellationToken.None);
        }

        return true;
    }

    /// <summary>Looks where the guest is, and lets it go on there; throws what is to be told.</summary>
    /// <returns>Why it has arrived after all; null if the error itself is to be told.</returns>
    private async Task<string?> AfterFailureAsync(Exception error, bool isRunning)
    {
        string reason = error.Message.TrimEnd('.') + ".";
        try
        {
            await source.RefreshAsync(CancellationToken.None);
            if (source.Condition is GuestCondition.Paused && isRunning) _ = await source.ResumeAsync(CancellationToken.None);
        }
        catch (LibvirtException e)
        {
            if (await IsThereAsync(isRunning)) return $"libvirt on host {source.Host} told of an error when the guest had arrived; times are not known";
            if (e.Code is LibvirtException.NoDomain) throw new MigrationFailedException(source.Guest, null, $"{reason} It is neither on host {source.Host} nor on host {options.TargetHost}.", error);
            throw new HypervisorException($"the move of guest {source.Guest} has no known end: {reason} It was last seen on host {source.Host}, whose libvirt does not answer. See that it does, and list the guests.", error);
        }

        if (!source.IsActive)
        {
            if (await IsThereAsync(isRunning)) return $"libvirt on host {source.Host} told of an error when the guest had arrived; times are not known";
            throw new MigrationFailedException(source.Guest, null, reason, error);
        }

        if (error is OperationCanceledException or MigrationFailedException) return null;
        throw new MigrationFailedException(source.Guest, source.Host, reason, error);
    }

    private async Task<bool> IsThereAsync(bool isRunning)
    {
        try
        {
            using LibvirtDomain? there = await target.FindAsync(source.Guest, CancellationToken.None);
            return there is not null && await WorksAsync(there, isRunning);
        }
        catch (LibvirtException)
        {
            return false;
        }
    }
}
