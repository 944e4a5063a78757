using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>Writes a guest's state into a file, or reads it from there: for QEMU a migration to and from a command.</summary>
internal sealed class StateTransfer(QemuMonitor monitor, TimeProvider time)
{
    private const int TimesAskedMax = 1000;

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan RenameDeadline = TimeSpan.FromSeconds(30);

    /// <summary>What both ends of a state that goes through a file are set to.</summary>
    private static readonly string[] FileCapabilities = ["events"];

    public async Task<SavedState> SaveAsync(SaveOptions options, CancellationToken cancel)
    {
        string file = Path.GetFullPath(options.File);
        if (File.Exists(file)) throw new HypervisorException($"{file} exists, and no state is written over another. Name a new file.");
        IReadOnlyList<QemuDisk> disks = await ReadyDisksAsync(options, cancel);
        var freeze = new DiskFreeze(monitor);
        IReadOnlyList<FrozenDisk> frozen = [];

        long start = time.GetTimestamp();
        if (!options.InBackground)
        {
            await BeginAsync(options, cancel);
            await monitor.StopAsync(cancel);
            if (disks.Count > 0) frozen = await freeze.RunAsync(disks);
            options.AfterInstant?.Invoke();
        }

        await monitor.SetCapabilitiesAsync(options.InBackground ? [.. FileCapabilities, "background-snapshot"] : FileCapabilities, cancel);
        await monitor.SetParametersAsync(null, TimeSpan.FromSeconds(1), cancel: cancel);
        bool mustGoOn = false;
        try
        {
            if (options.InBackground) await BeginAsync(options, cancel);
            var instant = options.InBackground ? new BackgroundInstant(monitor.Connection.Events, options.AfterInstant) : null;
            if (options.InBackground && disks.Count > 0)
            {
                // Stopped by us: QEMU lets the guest go on when its memory is protected, and disks and memory are of one instant.
                mustGoOn = await monitor.StatusAsync(cancel) is GuestConditions.Running;
                await monitor.StopAsync(CancellationToken.None);
                frozen = await freeze.RunAsync(disks);
            }

            await monitor.MigrateAsync(StateCommand.Write(file, options.Compression), cancel);
            await AwaitAsync($"saving guest {monitor.Guest} into {file}", options.Deadline, canCancel: true, cancel, instant);
            await AwaitFileAsync(file);
            if (!options.InBackground) await AwaitFinalizedAsync();
        }
        catch
        {
            StateCommand.RemoveUnfinished(file);
            throw;
        }
        finally
        {
            // QEMU 9 and newer lets only those go on that it has stopped itself.
            if (mustGoOn) await GoOnAsync();
        }

        return new SavedState(file, new FileInfo(file).Length, time.GetElapsedTime(start)) { Disks = frozen };
    }

    public async Task RestoreAsync(RestoreOptions options, CancellationToken cancel)
    {
        string file = Path.GetFullPath(options.File);
        await monitor.SetCapabilitiesAsync(FileCapabilities, cancel);
        string doing = $"restoring guest {monitor.Guest} on host {monitor.Host} from {file}";
        try
        {
            await monitor.AwaitIncomingAsync(StateCommand.Read(file, options.Compression), cancel);
            await AwaitAsync(doing, options.Deadline, canCancel: false, cancel);
        }
        catch (QmpException e) when (e.Fault is QmpFault.Ended)
        {
            throw new HypervisorException($"{doing} failed: QEMU has refused the state and ended. The file is damaged, or comes from a guest of another make.", e);
        }

        if (await monitor.StatusAsync(cancel) is var status && GuestConditions.Of(status) is not (GuestCondition.Paused or GuestCondition.Running))
            throw new HypervisorException($"{doing} left the guest '{status}'. The file may come from a guest that had failed.");
        // A guest that was saved while it worked would go on at once: restored guests wait for one another.
        await monitor.StopAsync(cancel);
    }

    /// <summary>The guest's writable disks, ready to be frozen: what a save before has left is merged first.</summary>
    private async Task<IReadOnlyList<QemuDisk>> ReadyDisksAsync(SaveOptions options, CancellationToken cancel)
    {
        IReadOnlyList<QemuDisk> disks = await monitor.DisksAsync(cancel);
        if (disks.Count == 0) return disks;
        if (!options.WithDisks)
            throw new HypervisorException($"guest {monitor.Guest} writes to {string.Join(", ", disks.Select(static disk => disk.Image))}, which is no part of a saved memory: the two would not agree afterwards. Save it with its disks, as a set is.");
        new DiskFreeze(monitor).Require(disks);
        if (disks.All(static disk => !disk.IsOverlaid)) return disks;
        await new DiskMerge(monitor, time).RunAsync(options.Deadline, null, cancel);
        return await monitor.DisksAsync(cancel);
    }

    private async Task GoOnAsync()
    {
        try
        {
            if (await monitor.StatusAsync() is not GuestConditions.Running) await monitor.ContinueAsync();
        }
        catch (QmpException)
        {
            // What has happened to its QEMU is told by the error that led here, or by the next verb.
        }
    }

    private static Task BeginAsync(SaveOptions options, CancellationToken cancel) => options.BeforeInstant?.Invoke(cancel) ?? Task.CompletedTask;

    private async Task AwaitAsync(string doing, TimeSpan within, bool canCancel, CancellationToken cancel, BackgroundInstant? instant = null)
    {
        long start = time.GetTimestamp();
        bool isLate = false;
        for (bool isCancelled = false; ;)
        {
            if (!isCancelled && (cancel.IsCancellationRequested || time.GetElapsedTime(start) > within))
            {
                isLate = !cancel.IsCancellationRequested;
                isCancelled = true;
                if (!canCancel) throw Ended(doing, within, isLate, cancel);
                await monitor.CancelMigrationAsync();
            }

            MigrationStatus status = await monitor.MigrationAsync(CancellationToken.None);
            instant?.Look(isOver: status.Status is "completed");
            switch (status.Status)
            {
                case "completed":
                    return;
                case "cancelled":
                    throw Ended(doing, within, isLate, cancel);
                case "failed":
                    throw new HypervisorException($"{doing} failed{(status.Error.Length > 0 ? $" ({status.Error})" : "")}: the disk may be full, or the compressor missing on the host.");
                default:
                    await Task.Delay(LookAgainAfter, time, CancellationToken.None);
                    break;
            }
        }
    }

    private static Exception Ended(string doing, TimeSpan within, bool isLate, CancellationToken cancel) =>
        isLate ? new HypervisorException($"{doing} was not over within {within.TotalSeconds:0.#} s and was given up.") : new OperationCanceledException($"{doing} was given up", cancel);

    /// <summary>Shortly after it says that all is sent, QEMU still refuses to let the guest go on.</summary>
    private async Task AwaitFinalizedAsync()
    {
        for (int tries = 0; tries < TimesAskedMax && await monitor.StatusAsync() is GuestConditions.Sending; tries++)
            await Task.Delay(LookAgainAfter, time, CancellationToken.None);
    }

    /// <summary>QEMU is done when its bytes are in the pipe; the command behind it gives the file its name when they are in the file.</summary>
    private async Task AwaitFileAsync(string file)
    {
        long start = time.GetTimestamp();
        while (!File.Exists(file))
        {
            if (time.GetElapsedTime(start) > RenameDeadline)
                throw new HypervisorException($"the state of guest {monitor.Guest} did not arrive in {file}: the disk may be full, or the compressor missing on host {monitor.Host}.");
            await Task.Delay(LookAgainAfter, time, CancellationToken.None);
        }
    }
}
