using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// Guests that VMware vCenter manages, from 8.0 U1 on, through its two REST interfaces. <b>Untested against the product</b>: it was written after its documentation and is tested against a
/// server of our own that follows it. See docs/decisions/0019-vsphere-keeps-the-state.md.
/// </summary>
/// <remarks>
/// Two things are different from other hypervisors. vSphere cannot let a guest stand still in memory: pausing is suspending, which writes the memory to a disk and takes
/// as long as that. And vMotion cannot be held before its switch-over: a job is silent for the whole of a move.
/// </remarks>
public sealed class VSphereBackend : IHypervisorBackend
{
    private readonly GuestFile _file;
    private readonly TimeProvider _time;
    private readonly VSphereDeadlines _deadlines;
    private readonly VCenter _vcenter;
    private readonly MachineSearch _search;
    private readonly TaskWatch _watch;

    /// <summary>A backend for the guests of a file, which are virtual machines of the same names.</summary>
    /// <param name="file">Hosts and guests, by vSphere's names, and the vCenter.</param>
    /// <param name="time">The clock for deadlines.</param>
    /// <exception cref="GuestFileException">The file names no vCenter.</exception>
    public VSphereBackend(GuestFile file, TimeProvider time)
        : this(file, time, new VSphereDeadlines(), Environment.GetEnvironmentVariable)
    {
    }

    internal VSphereBackend(GuestFile file, TimeProvider time, VSphereDeadlines deadlines, Func<string, string?> environment)
    {
        VSphereSettings settings = file.VSphere ?? throw new GuestFileException(file.Path, "it has no \"vsphere\": which vCenter is spoken to, and as whom. Add it, or choose another --backend.");
        (_file, _time, _deadlines) = (file, time, deadlines);
        _vcenter = new VCenter(settings, new VSpherePassword(settings.PasswordFile, environment), deadlines, time);
        _search = new MachineSearch(file, _vcenter);
        _watch = new TaskWatch(_vcenter.Machines, deadlines, time);
    }

    /// <inheritdoc/>
    public string Name => "vsphere";

    /// <summary>
    /// What it can do here. Not among it: holding before the switch-over, postcopy and multifd, which vMotion has no words for, and saving in the background, for vCenter does not tell the
    /// instant that such a snapshot is of.
    /// </summary>
    public BackendCapabilities Capabilities { get; } = new() { LiveMigration = true, SaveAndRestore = true, Links = true };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Guest>> GuestsAsync(CancellationToken cancel = default)
    {
        try
        {
            return await _search.DescribeAllAsync(cancel);
        }
        catch (VSphereException e)
        {
            return [.. _file.Guests.Select(guest => new Guest(guest, null, GuestCondition.Unknown, 0, e.Message))];
        }
    }

    /// <summary>The hosts of the file that vCenter knows and is connected to: on another, no guest could work. How much room they have is what the file says.</summary>
    public async Task<IReadOnlyList<HypervisorHost>> HostsAsync(CancellationToken cancel = default)
    {
        string[] connected = [.. (await _search.HostsAsync(cancel)).Where(static host => host.ConnectionState == HostSummary.Connected).Select(static host => host.Name)];
        return [.. _file.HostList.Where(host => connected.Contains(host.Name))];
    }

    /// <summary>Suspends a guest: its memory is on a disk, and its processors stand still, when this returns. Of no effect on a guest that is suspended.</summary>
    /// <param name="guest">The guest's name.</param>
    /// <param name="cancel">Gives it up, unless it has happened by then.</param>
    public async Task PauseAsync(string guest, CancellationToken cancel = default)
    {
        Machine machine = await RequireAsync(guest, cancel);
        if (machine.Condition is GuestCondition.Paused) return;
        if (machine.Condition is not GuestCondition.Running) throw new HypervisorException($"guest {guest} on host {machine.HostWords} is {machine.Words} and cannot be suspended. Start or restore it first.");
        _ = await _watch.RequireAsync(await _vcenter.Machines.SuspendAsync(machine.Id, cancel), $"suspending guest {guest} on host {machine.HostWords}", _deadlines.Power, cancel);
    }

    /// <summary>Lets a suspended guest go on, on the host it belongs to. Of no effect on a guest that runs; one that is off would start from its disk, and is refused.</summary>
    /// <param name="guest">The guest's name.</param>
    /// <param name="cancel">Gives it up, unless it has happened by then.</param>
    public async Task ResumeAsync(string guest, CancellationToken cancel = default)
    {
        Machine machine = await RequireAsync(guest, cancel);
        if (machine.Condition is GuestCondition.Running) return;
        if (machine.Condition is not GuestCondition.Paused) throw new HypervisorException($"guest {guest} on host {machine.HostWords} is {machine.Words}, and has no memory to go on with. Restore it from its newest set.");
        _ = await _watch.RequireAsync(await _vcenter.Machines.PowerOnAsync(machine.Id, cancel), $"letting guest {guest} go on on host {machine.HostWords}", _deadlines.Power, cancel);
        Machine now = await _search.AgainAsync(machine, cancel);
        if (now.Condition is not GuestCondition.Running) throw new HypervisorException($"guest {guest} on host {now.HostWords} was told to go on and is {now.Words}. {now.Remark}. Look at it in vCenter.");
    }

    /// <inheritdoc/>
    public async Task<SavedState> SaveAsync(string guest, SaveOptions options, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        if (options.InBackground) throw new HypervisorException("the backend vsphere saves no guests in the background: vCenter does not tell the instant that such a snapshot is of. Leave --background out.");
        if (options.Compression is not StateCompression.None) throw new HypervisorException("the backend vsphere compresses no states: they are vCenter's snapshots. Leave --compress out.");
        return await new StateSave(_vcenter, await RequireAsync(guest, cancel), _watch, _deadlines, _time).SaveAsync(options, cancel);
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        _file.RequireHost(options.Host);
        _file.RequireCpu(guest, null, options.Host);
        if (options.Compression is not StateCompression.None) throw new HypervisorException("the backend vsphere compresses no states, and has none that is compressed. Leave the compression out.");
        await new StateRestore(_vcenter, _search, _watch, _time).RestoreAsync(guest, options, cancel);
    }

    /// <summary>
    /// Moves a guest by vMotion. <see cref="MigrationOptions.BeforeSwitchOver"/> is called before the move is begun, for nothing holds vMotion later; <see cref="MigrationOptions.DowntimeLimit"/> is vMotion's own affair
    /// and not heeded; limits of bandwidth, postcopy and multifd are refused.
    /// </summary>
    /// <inheritdoc/>
    public async Task<MigrationResult> MigrateAsync(string guest, MigrationOptions options, IProgress<MigrationProgress>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        _file.RequireGuest(guest);
        _file.RequireHost(options.TargetHost);
        if (options.Mode is MigrationMode.Postcopy || options.MultifdChannels > 0) throw new HypervisorException("vMotion has no postcopy and no multifd to ask for. Leave them out. Nothing was started.");
        if (options.Links is LinkTreatment.Drop) throw new HypervisorException("the backend vsphere unplugs no devices. Remove them in vCenter before the move, or keep the links. Nothing was started.");
        if (options.BandwidthBytesPerSecondMax is not null || options.HeldBandwidthBytesPerSecondMax is not null) throw new HypervisorException("a single vMotion has no limit of bandwidth; Network I/O Control in vCenter has. Leave the limit out. Nothing was started.");
        Machine source = await RequireAsync(guest, cancel);
        if (source.Host == options.TargetHost) throw new HypervisorException($"guest {guest} is on host {source.Host} already.");
        _file.RequireCpu(guest, source.Host, options.TargetHost);
        string target = await _search.RequireHostAsync(options.TargetHost, cancel);
        return await new GuestMove(_search, _vcenter.Machines, source, target, options, progress, _deadlines, _time).RunAsync(cancel);
    }

    /// <inheritdoc/>
    public async Task SetLinkAsync(string guest, bool isUp, CancellationToken cancel = default)
    {
        Machine machine = await RequireAsync(guest, cancel);
        string verb = isUp ? "connected" : "disconnected";
        if (machine.Condition is not GuestCondition.Running) throw new HypervisorException($"guest {guest} on host {machine.HostWords} is {machine.Words}, and adapters are {verb} in a machine that works. Resume it first.");
        IReadOnlyList<string> adapters = await _vcenter.Inventory.AdaptersAsync(machine.Id, cancel);
        if (adapters.Count == 0) throw new HypervisorException($"guest {guest} on host {machine.HostWords} has no network adapter that could be {verb}.");
        foreach (string adapter in adapters)
        {
            // Asked first: what is said twice is an error there.
            if (await _vcenter.Inventory.AdapterStateAsync(machine.Id, adapter, cancel) != (isUp ? NicInfo.Connected : NicInfo.NotConnected)) await _vcenter.Inventory.ConnectAsync(machine.Id, adapter, isUp, cancel);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _vcenter.DisposeAsync();

    private Task<Machine> RequireAsync(string guest, CancellationToken cancel)
    {
        _file.RequireGuest(guest);
        return _search.RequireAsync(guest, cancel);
    }
}
