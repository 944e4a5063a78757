using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>Moves one guest: starts its target, runs the migration, sees the guest work at the target, and ends the source.</summary>
internal sealed class GuestMove(
    GuestFile file, QemuMonitor source, MigrationOptions options, IProgress<MigrationProgress>? progress, QmpDeadlines deadlines, TimeProvider time)
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(1);

    public async Task<MigrationResult> RunAsync(CancellationToken cancel)
    {
        string status = await source.StatusAsync(cancel);
        if (GuestConditions.Of(status) is not (GuestCondition.Running or GuestCondition.Paused) || status is GuestConditions.Left)
            throw new HypervisorException($"guest {source.Guest} on host {source.Host} is '{status}' and cannot be moved. Resume or restore it first.");

        bool isRunning = status is GuestConditions.Running;
        if (isRunning) await EmulatedMemory.RequireSoundCopyAsync(source, cancel);
        DeviceUnplug? devices = options.Links is LinkTreatment.Drop ? Devices(isRunning) : null;
        // Its target is started with the images: what is beside them would stay behind.
        await new DiskMerge(source, time).RunAsync(options.Deadline, null, cancel);
        var hold = new JobHold(isRunning ? options : options with { BeforeSwitchOver = null }, time);
        if (devices is null) return await RunAsync(hold, null, isRunning, cancel);
        try
        {
            await DropAsync(hold, devices, cancel);
            return await RunAsync(hold, devices, isRunning, cancel);
        }
        catch (Exception e) when (e is not MigrationFailedException { GuestIsOn: null })
        {
            // It works on where it was, and with what it had.
            if (await devices.PlugAsync(source) is { } lacks) throw new MigrationFailedException(source.Guest, source.Host, $"{e.Message} And {lacks}.", e);
            if (e is HypervisorException and not MigrationFailedException) throw new MigrationFailedException(source.Guest, source.Host, e.Message.TrimEnd('.') + ".", e);
            throw;
        }
    }

    private DeviceUnplug Devices(bool isRunning)
    {
        if (file.Unplugged.GetValueOrDefault(source.Guest) is not { Count: > 0 } named)
            throw new HypervisorException($"no device of guest {source.Guest} is named that could be dropped. Name them in guests[].unplug of {file.Path}, or keep the links.");
        return isRunning
            ? new DeviceUnplug(source.Guest, named, options.UnplugDeadline, time)
            : throw new HypervisorException($"guest {source.Guest} on host {source.Host} stands still, and only a guest that works lets go of a device. Resume it first.");
    }

    /// <summary>First the job is silent, then its devices go: no message is on its way through them.</summary>
    private async Task DropAsync(JobHold hold, DeviceUnplug devices, CancellationToken cancel)
    {
        if (hold.IsWanted) hold.Begin(cancel);
        await hold.SettleAsync();
        cancel.ThrowIfCancellationRequested();
        if (hold.Failure is { } failure) throw new MigrationFailedException(source.Guest, source.Host, $"{failure}.");
        await devices.UnplugAsync(source, cancel);
    }

    private async Task<MigrationResult> RunAsync(JobHold hold, DeviceUnplug? devices, bool isRunning, CancellationToken cancel)
    {
        string? remark = null;
        while (true)
        {
            await ClearTargetAsync(cancel);
            QemuMonitor target = await StartCommand.RunAsync(file, source.Guest, options.TargetHost, ["-incoming", "defer"], deadlines, time, cancel);
            await using (target)
            {
                if (await AttemptAsync(target, hold, devices, isRunning, remark, cancel) is { } result) return result;
            }

            // The guest works on; silenced now, its job dirties nothing, and the second run is a short one.
            if (hold.IsWanted) hold.Begin(cancel);
            await hold.SettleAsync();
            cancel.ThrowIfCancellationRequested();
            if (hold.Failure is { } failure) throw new MigrationFailedException(source.Guest, source.Host, $"{failure}.");
            remark = "the copy was quicker than the silencing, and was made twice";
        }
    }

    private async Task<MigrationResult?> AttemptAsync(QemuMonitor target, JobHold hold, DeviceUnplug? devices, bool isRunning, string? remark, CancellationToken cancel)
    {
        var run = new MigrationRun(source, options, hold, progress, time);
        MigrationStatus? last = null;
        bool isSourceLost = false;
        try
        {
            int port = await PrepareAsync(target, cancel);
            last = await run.RunAsync(string.Create(CultureInfo.InvariantCulture, $"tcp:{file.Hosts[options.TargetHost]}:{port}"), cancel);
        }
        catch (QmpException e) when (e.Socket == source.Connection.Path && e.Fault is QmpFault.Ended)
        {
            // The source's host has died. Whether the guest has arrived, only the target knows.
            isSourceLost = true;
            if (!await HasArrivedAsync(target, TimeSpan.FromSeconds(2)))
            {
                await QemuBackend.QuitQuietlyAsync(target);
                throw new MigrationFailedException(source.Guest, null, $"host {source.Host} has lost it in the middle of the move.", e);
            }
        }
        catch (Exception e)
        {
            await hold.SettleAsync();
            await QemuBackend.QuitQuietlyAsync(target);
            await KeepGoingAsync(isRunning);
            if (e is HypervisorException and not MigrationFailedException) throw new MigrationFailedException(source.Guest, source.Host, e.Message.TrimEnd('.') + ".", e);
            throw;
        }

        if (last is null && !isSourceLost)
        {
            await QemuBackend.QuitQuietlyAsync(target);
            return null;
        }

        if (!await HasArrivedAsync(target, deadlines.Command, isRunning))
            throw new MigrationFailedException(source.Guest, null, $"all of it was sent, and it does not work on host {options.TargetHost}. Its last state stands still on host {source.Host}.");
        if (devices is not null && await devices.PlugAsync(target) is { } lacks) remark = remark is null ? lacks : $"{remark}; {lacks}";
        await hold.ReleaseAsync();
        TimeSpan? heldFor = hold.Elapsed;
        if (!isSourceLost) await source.QuitAsync();
        progress?.Report(new MigrationProgress(MigrationPhase.Done, last?.TotalBytes ?? 0, last?.SentBytes ?? 0, 0, last?.Passes ?? 0, 0));
        return new MigrationResult
        {
            Guest = source.Guest,
            From = source.Host,
            To = options.TargetHost,
            Took = last?.Took ?? TimeSpan.Zero,
            Downtime = last?.Downtime ?? TimeSpan.Zero,
            HeldFor = heldFor,
            SentBytes = last?.SentBytes ?? 0,
            WasPostcopy = run.IsPostcopy,
            Remark = isSourceLost ? $"host {source.Host} died when the guest had arrived; times are not known" : remark,
        };
    }

    /// <summary>What stands at the target without being the guest is left over from a move that was broken off; nobody else owns its socket.</summary>
    private async Task ClearTargetAsync(CancellationToken cancel)
    {
        try
        {
            await using QemuMonitor rest = await QemuMonitor.OpenAsync(file, source.Guest, options.TargetHost, deadlines, time, cancel);
            if (await rest.StatusAsync(cancel) is var status and not (GuestConditions.Arriving or GuestConditions.Left))
                throw new HypervisorException($"a second guest {source.Guest} is '{status}' on host {options.TargetHost}. End the wrong one by hand; nothing was moved.");
            await rest.QuitAsync();
        }
        catch (QmpException e) when (e.Fault is QmpFault.NotThere or QmpFault.Ended)
        {
            // Nothing is left over.
        }
    }

    private async Task<int> PrepareAsync(QemuMonitor target, CancellationToken cancel)
    {
        // With a return path the source learns whether the target could read everything, before it lets go.
        string[] wanted =
        [
            "events", "return-path",
            .. options.Mode is MigrationMode.Postcopy ? ["postcopy-ram"] : Array.Empty<string>(),
            .. options.MultifdChannels > 0 ? ["multifd"] : Array.Empty<string>(),
            .. options.BeforeSwitchOver is not null ? ["pause-before-switchover"] : Array.Empty<string>(),
        ];
        DiskPlaces.RequireSame(source, await source.DisksAsync(cancel), await target.DisksAsync(cancel), options.TargetHost);
        await source.SetCapabilitiesAsync(wanted, cancel);
        await target.SetCapabilitiesAsync(wanted, cancel);
        await target.SetParametersAsync(options.BandwidthBytesPerSecondMax, options.DowntimeLimit, options.MultifdChannels, cancel);
        await target.AwaitIncomingAsync($"tcp:{file.Hosts[options.TargetHost]}:0", cancel);
        return (await target.MigrationAsync(cancel)).Port
            ?? throw new HypervisorException($"the QEMU of guest {source.Guest} on host {options.TargetHost} does not say which port it listens on; it is older than 2.12 and cannot be used.");
    }

    /// <summary>A guest that was running must run; one that stood still must be there.</summary>
    private async Task<bool> HasArrivedAsync(QemuMonitor target, TimeSpan within, bool isRunning = true)
    {
        long start = time.GetTimestamp();
        try
        {
            while (time.GetElapsedTime(start) < within)
            {
                string status = await target.StatusAsync(CancellationToken.None);
                if (isRunning ? status is GuestConditions.Running : GuestConditions.Of(status) is GuestCondition.Paused) return true;
                await Task.Delay(LookAgainAfter, time, CancellationToken.None);
            }

            return false;
        }
        catch (QmpException)
        {
            return false;
        }
    }

    /// <summary>After a failure QEMU lets the guest go on by itself; this makes sure of it.</summary>
    private async Task KeepGoingAsync(bool isRunning)
    {
        try
        {
            if (isRunning && await source.StatusAsync() is not GuestConditions.Running) await source.ContinueAsync();
        }
        catch (QmpException e) when (e.Fault is QmpFault.Ended)
        {
            throw new MigrationFailedException(source.Guest, null, $"and host {source.Host} does not answer for it any more.", e);
        }
        catch (QmpException)
        {
            // It was a guest that worked when it was last heard of; the error that led here says what its socket does.
        }
    }
}
