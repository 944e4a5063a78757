using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// QEMU over QMP. It keeps no connection and no memory: each verb becomes the owner of the sockets it needs and lets them go again, and where a guest is, is
/// asked. So several tools can take turns, and none has to be told what another did.
/// </summary>
public sealed class QemuBackend : IHypervisorBackend
{
    private readonly GuestFile _file;
    private readonly TimeProvider _time;
    private readonly QmpDeadlines _deadlines;

    /// <summary>A backend for the guests of a file.</summary>
    /// <param name="file">Hosts and guests.</param>
    /// <param name="time">The clock for deadlines.</param>
    public QemuBackend(GuestFile file, TimeProvider time)
        : this(file, time, new QmpDeadlines())
    {
    }

    internal QemuBackend(GuestFile file, TimeProvider time, QmpDeadlines deadlines)
    {
        _file = file;
        _time = time;
        _deadlines = deadlines;
    }

    /// <inheritdoc/>
    public string Name => "qemu";

    /// <inheritdoc/>
    public BackendCapabilities Capabilities { get; } = new()
    {
        LiveMigration = true,
        Postcopy = true,
        Multifd = true,
        HoldBeforeSwitchOver = true,
        SaveAndRestore = true,
        BackgroundSave = true,
        Links = true,
        Disks = true,
        Unplug = true,
        Compressions = StateCommand.Available(),
    };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Guest>> GuestsAsync(CancellationToken cancel = default) =>
        await Task.WhenAll(_file.Guests.Select(guest => DescribeAsync(guest, cancel)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<HypervisorHost>> HostsAsync(CancellationToken cancel = default) => Task.FromResult(_file.HostList);

    /// <inheritdoc/>
    public async Task PauseAsync(string guest, CancellationToken cancel = default)
    {
        await using QemuMonitor monitor = await FindAsync(guest, cancel);
        await monitor.StopAsync(cancel);
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(string guest, CancellationToken cancel = default)
    {
        await using QemuMonitor monitor = await FindAsync(guest, cancel);
        await monitor.ContinueAsync(cancel);
        if (await monitor.StatusAsync(cancel) is var status and not GuestConditions.Running)
            throw new HypervisorException($"guest {guest} on host {monitor.Host} was told to go on and is '{status}'. Restore it from its newest set, or look at its console.");
    }

    /// <inheritdoc/>
    public async Task<SavedState> SaveAsync(string guest, SaveOptions options, CancellationToken cancel = default)
    {
        await using QemuMonitor monitor = await FindAsync(guest, cancel);
        await DeviceUnplug.RequireOutAsync(monitor, _file.Unplugged[guest], cancel);
        return await new StateTransfer(monitor, _time).SaveAsync(options, cancel);
    }

    /// <inheritdoc/>
    public async Task MergeDisksAsync(string guest, TimeSpan deadline, Action<double>? progress = null, CancellationToken cancel = default)
    {
        await using QemuMonitor monitor = await FindAsync(guest, cancel);
        await new DiskMerge(monitor, _time).RunAsync(deadline, progress, cancel);
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        _file.RequireHost(options.Host);
        _file.RequireCpu(guest, null, options.Host);
        if (!File.Exists(options.File)) throw new HypervisorException($"there is no state {options.File} to restore guest {guest} from.");
        await EndAllAsync(guest, options.EndsRunning, cancel);
        await (options.BeforeStart?.Invoke(cancel) ?? Task.CompletedTask);
        QemuMonitor monitor = await StartCommand.RunAsync(_file, guest, options.Host, ["-S", "-incoming", "defer"], _deadlines, _time, cancel);
        await using (monitor)
        {
            try
            {
                DiskPlaces.RequireThose(monitor, await monitor.DisksAsync(cancel), options.Disks);
                await new StateTransfer(monitor, _time).RestoreAsync(options, cancel);
            }
            catch
            {
                await QuitQuietlyAsync(monitor);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<MigrationResult> MigrateAsync(string guest, MigrationOptions options, IProgress<MigrationProgress>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        _file.RequireHost(options.TargetHost);
        cancel.ThrowIfCancellationRequested();
        await using QemuMonitor source = await FindAsync(guest, cancel);
        if (source.Host == options.TargetHost) throw new HypervisorException($"guest {guest} is on host {source.Host} already.");
        _file.RequireCpu(guest, source.Host, options.TargetHost);
        return await new GuestMove(_file, source, options, progress, _deadlines, _time).RunAsync(cancel);
    }

    /// <inheritdoc/>
    public async Task SetLinkAsync(string guest, bool isUp, CancellationToken cancel = default)
    {
        await using QemuMonitor monitor = await FindAsync(guest, cancel);
        await monitor.SetLinkAsync(isUp, cancel);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static async Task QuitQuietlyAsync(QemuMonitor monitor)
    {
        try
        {
            await monitor.QuitAsync();
        }
        catch (HypervisorException)
        {
            // The error that led here is the one to tell.
        }
    }

    private async Task<Guest> DescribeAsync(string guest, CancellationToken cancel)
    {
        List<QemuMonitor> found = [];
        var troubles = new List<(string Host, HypervisorException Error)>();
        try
        {
            found = await OpenAllAsync(guest, troubles, cancel);
            if (found.Count == 0)
                return troubles.Count == 0 ? new Guest(guest, null, GuestCondition.Absent) : new Guest(guest, troubles[0].Host, GuestCondition.Unknown, 0, troubles[0].Error.Message);
            QemuMonitor monitor = found.MaxBy(static one => GuestConditions.Precedence(one.StatusAtOpen))!;
            string status = monitor.StatusAtOpen;
            QemuDisk[] overlaid = GuestConditions.Of(status) is GuestCondition.Running or GuestCondition.Paused ? [.. (await monitor.DisksAsync(cancel)).Where(static disk => disk.IsOverlaid)] : [];
            string? remark = overlaid.Length > 0
                ? $"it writes to {string.Join(", ", overlaid.Select(static disk => disk.Overlay))}: a snapshot is under way, or was broken off; the next snapshot or move merges"
                : found.Count > 1
                ? $"there are {found.Count} processes of it: {string.Join(", ", found.Select(static one => $"'{one.StatusAtOpen}' on {one.Host}"))}"
                : status is GuestConditions.Running ? null : $"QEMU says '{status}'";
            return new Guest(guest, monitor.Host, GuestConditions.Of(status), await monitor.MemoryBytesAsync(cancel), remark)
            {
                ArrivingOn = await ArrivingOnAsync(monitor, found, troubles, cancel),
                Cpu = _file.GuestCpus.GetValueOrDefault(guest),
            };
        }
        catch (QmpException e)
        {
            return new Guest(guest, null, GuestCondition.Unknown, 0, e.Message);
        }
        finally
        {
            foreach (QemuMonitor monitor in found) await monitor.DisposeAsync();
        }
    }

    /// <summary>Where a second process waits for the state that the first is sending, or has sent; one that nobody sends anything to was left behind, and is not arriving.</summary>
    private static async Task<string?> ArrivingOnAsync(QemuMonitor guest, List<QemuMonitor> found, List<(string Host, HypervisorException Error)> troubles, CancellationToken cancel)
    {
        // A process that does not greet may be one that is arriving, too.
        if (troubles.Count > 0) return troubles[0].Host;
        if (found.FirstOrDefault(one => one != guest && one.StatusAtOpen is GuestConditions.Arriving) is not { } waiting) return null;
        return guest.StatusAtOpen is GuestConditions.Left || (await guest.MigrationAsync(cancel)).IsUnderWay ? waiting.Host : null;
    }

    /// <summary>Becomes the owner of the process that is the guest.</summary>
    private async Task<QemuMonitor> FindAsync(string guest, CancellationToken cancel)
    {
        _file.RequireGuest(guest);
        var troubles = new List<(string Host, HypervisorException Error)>();
        List<QemuMonitor> found = await OpenAllAsync(guest, troubles, cancel);
        QemuMonitor? chosen = found.MaxBy(static one => GuestConditions.Precedence(one.StatusAtOpen));
        foreach (QemuMonitor monitor in found)
        {
            if (monitor != chosen) await monitor.DisposeAsync();
        }

        if (chosen is not null && troubles.Count == 0) return chosen;
        if (chosen is not null) await chosen.DisposeAsync();
        throw troubles.Count > 0
            ? new HypervisorException($"guest {guest} cannot be spoken to: {troubles[0].Error.Message}.", troubles[0].Error)
            : new HypervisorException($"guest {guest} is on no host: none of {string.Join(", ", _file.Hosts.Keys.Select(host => _file.SocketOf(guest, host)))} answers. Start it, or restore it from a set.");
    }

    private async Task<List<QemuMonitor>> OpenAllAsync(string guest, List<(string Host, HypervisorException Error)> troubles, CancellationToken cancel)
    {
        var found = new List<QemuMonitor>();
        foreach (string host in _file.Hosts.Keys.Where(host => File.Exists(_file.SocketOf(guest, host))))
        {
            try
            {
                found.Add(await QemuMonitor.OpenAsync(_file, guest, host, _deadlines, _time, cancel));
            }
            catch (QmpException e) when (e.Fault is QmpFault.NotThere or QmpFault.Ended)
            {
                // A socket without a QEMU is what one leaves behind that was killed.
            }
            catch (QmpException e)
            {
                troubles.Add((host, e));
            }
        }

        return found;
    }

    private async Task EndAllAsync(string guest, bool isAllowed, CancellationToken cancel)
    {
        var troubles = new List<(string Host, HypervisorException Error)>();
        List<QemuMonitor> found = await OpenAllAsync(guest, troubles, cancel);
        try
        {
            if (troubles.Count > 0) throw new HypervisorException($"guest {guest} cannot be ended: {troubles[0].Error.Message}.", troubles[0].Error);
            if (!isAllowed && found.Count > 0)
                throw new HypervisorException($"guest {guest} is still on host {found[0].Host} ('{found[0].StatusAtOpen}'), and two of a kind would answer to one address. End it first, or allow that it is ended.");
            foreach (QemuMonitor monitor in found) await monitor.QuitAsync();
        }
        finally
        {
            foreach (QemuMonitor monitor in found) await monitor.DisposeAsync();
        }
    }
}
