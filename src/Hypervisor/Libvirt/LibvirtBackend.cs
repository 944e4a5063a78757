using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Native;
using HpcVirt.Hypervisor.Qemu;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>
/// Guests that libvirt manages, one daemon on each host. It keeps no connection and no memory: each verb connects to the daemons it needs, and where a guest is, is
/// asked. No call of libvirt's has a bound; each runs on a thread of its own with a deadline here, and a daemon that hangs is told of, not waited for.
/// </summary>
public sealed class LibvirtBackend : IHypervisorBackend
{
    private readonly GuestFile _file;
    private readonly TimeProvider _time;
    private readonly LibvirtDeadlines _deadlines;

    /// <summary>A backend for the guests of a file, which are domains of the same names.</summary>
    /// <param name="file">Hosts, each with its libvirt's URI, and guests.</param>
    /// <param name="time">The clock for deadlines.</param>
    /// <exception cref="BackendMissingException">libvirt's library is not on this machine.</exception>
    /// <exception cref="GuestFileException">The file names no libvirt for a host.</exception>
    public LibvirtBackend(GuestFile file, TimeProvider time)
        : this(file, time, new LibvirtDeadlines())
    {
    }

    internal LibvirtBackend(GuestFile file, TimeProvider time, LibvirtDeadlines deadlines)
    {
        LibvirtLibrary.Require();
        if (file.Hosts.Keys.FirstOrDefault(host => !file.LibvirtUris.ContainsKey(host)) is { } without)
            throw new GuestFileException(file.Path, $"host {without} has no \"libvirt\": the URI of its libvirt, for example qemu+ssh://{without}/system. Add it, or choose another --backend.");
        _file = file;
        _time = time;
        _deadlines = deadlines;
    }

    /// <inheritdoc/>
    public string Name => "libvirt";

    /// <summary>What it can do here. Saving in the background and compression are not among it: libvirt saves guests that stand still, and compresses as its daemon is configured.</summary>
    public BackendCapabilities Capabilities { get; } = new()
    {
        LiveMigration = true,
        Postcopy = true,
        Multifd = true,
        HoldBeforeSwitchOver = true,
        SaveAndRestore = true,
        Links = true,
    };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Guest>> GuestsAsync(CancellationToken cancel = default)
    {
        await using GuestSearch search = await OpenAsync(cancel);
        var guests = new List<Guest>();
        foreach (string guest in _file.Guests) guests.Add(await DescribeAsync(search, guest, cancel));
        return guests;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HypervisorHost>> HostsAsync(CancellationToken cancel = default) => Task.FromResult(_file.HostList);

    /// <inheritdoc/>
    public async Task PauseAsync(string guest, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        await using GuestSearch search = await OpenAsync(cancel);
        LibvirtDomain domain = await search.RequireAsync(guest, cancel);
        if (domain.Condition is not GuestCondition.Paused) _ = await domain.PauseAsync(cancel);
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(string guest, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        await using GuestSearch search = await OpenAsync(cancel);
        LibvirtDomain domain = await search.RequireAsync(guest, cancel);
        if (domain.Condition is GuestCondition.Running) return;
        _ = await domain.ResumeAsync(cancel);
        await domain.RefreshAsync(cancel);
        if (domain.Condition is not GuestCondition.Running)
            throw new HypervisorException($"guest {guest} on host {domain.Host} was told to go on and is {domain.Words}. Restore it from its newest set, or look at its console.");
    }

    /// <inheritdoc/>
    public async Task<SavedState> SaveAsync(string guest, SaveOptions options, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        if (options.InBackground) throw new HypervisorException("the backend libvirt saves no guests in the background: it saves those that stand still. Leave --background out.");
        if (options.Compression is not StateCompression.None)
            throw new HypervisorException($"the backend libvirt compresses states as its daemons are configured (snapshot_image_format in qemu.conf), and not by {options.Compression} on request. Leave --compress out.");
        await using GuestSearch search = await OpenAsync(cancel);
        return await new StateFile(await search.RequireAsync(guest, cancel), _deadlines, _time).SaveAsync(options, cancel);
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        _file.RequireHost(options.Host);
        _file.RequireCpu(guest, null, options.Host);
        string state = Path.GetFullPath(options.File);
        if (!File.Exists(state)) throw new HypervisorException($"there is no state {options.File} to restore guest {guest} from.");
        await using GuestSearch search = await OpenAsync(cancel);
        LibvirtConnection target = search.ConnectionTo(options.Host);
        // Read before anything is ended: a file that is no state of this guest's costs nobody anything.
        if ((await target.DescribeStateAsync(state, cancel)).Name is var name && name != guest)
            throw new HypervisorException($"{state} holds the state of guest {name}, and {guest} cannot be restored from it. Name the file of {guest}.");
        await EndAllAsync(search, guest, options.EndsRunning, cancel);
        try
        {
            _ = await target.RestoreAsync(state, options.Deadline, cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or LibvirtException { Code: LibvirtException.Overdue })
        {
            await EndArrivingAsync(search, guest, options.Host);
            throw;
        }

        using LibvirtDomain? back = await target.FindAsync(guest, cancel);
        if (back is not { Condition: GuestCondition.Paused })
            throw new HypervisorException($"restoring guest {guest} on host {options.Host} from {state} left it {back?.Words ?? "absent"}. The file may come from a guest that had failed.");
    }

    /// <inheritdoc/>
    public async Task<MigrationResult> MigrateAsync(string guest, MigrationOptions options, IProgress<MigrationProgress>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        if (options.Links is LinkTreatment.Drop) throw new HypervisorException("the backend libvirt unplugs no devices. Detach them by virsh before the move and attach them afterwards, or keep the links.");
        _file.RequireGuest(guest);
        _file.RequireHost(options.TargetHost);
        if (options.BandwidthBytesPerSecondMax is < 1 << 20 || options.HeldBandwidthBytesPerSecondMax is < 1 << 20) throw new HypervisorException("libvirt counts bandwidth in MiB/s; give at least 1048576 bytes/s. Nothing was started.");
        await using GuestSearch search = await OpenAsync(cancel);
        LibvirtDomain source = await search.RequireAsync(guest, cancel);
        if (source.Host == options.TargetHost) throw new HypervisorException($"guest {guest} is on host {source.Host} already.");
        _file.RequireCpu(guest, source.Host, options.TargetHost);
        return await new GuestMove(_file, source, search.ConnectionTo(options.TargetHost), options, progress, _deadlines, _time).RunAsync(cancel);
    }

    /// <inheritdoc/>
    public async Task SetLinkAsync(string guest, bool isUp, CancellationToken cancel = default)
    {
        _file.RequireGuest(guest);
        await using GuestSearch search = await OpenAsync(cancel);
        LibvirtDomain domain = await search.RequireAsync(guest, cancel);
        IReadOnlyList<string> cards = (await domain.DescribeAsync(cancel)).CardsWithLink(isUp);
        if (cards.Count == 0) throw new HypervisorException($"guest {guest} on host {domain.Host} has no network card whose link could be put {(isUp ? "up" : "down")}.");
        foreach (string card in cards) _ = await domain.UpdateDeviceAsync(card, cancel);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<GuestSearch> OpenAsync(CancellationToken cancel) => GuestSearch.OpenAsync(_file, _deadlines, _time, cancel);

    private async Task<Guest> DescribeAsync(GuestSearch search, string guest, CancellationToken cancel)
    {
        try
        {
            IReadOnlyList<LibvirtDomain> found = await search.FindAllAsync(guest, cancel);
            (LibvirtDomain? chosen, LibvirtDomain? arriving) = await GuestSearch.ChooseAsync(found, cancel);
            if (chosen is null)
            {
                if (arriving is not null) return new Guest(guest, arriving.Host, GuestCondition.Arriving, 0, search.Troubles.Count > 0 ? search.Troubles[0].Error.Message : null);
                if (search.Troubles.Count > 0) return new Guest(guest, null, GuestCondition.Unknown, 0, search.Troubles[0].Error.Message);
                return new Guest(guest, null, GuestCondition.Absent, 0, found.Count == 0 ? null : $"{found[0].Words} on {found[0].Host}");
            }

            return new Guest(guest, chosen.Host, chosen.Condition, await chosen.MemoryBytesAsync(cancel), chosen.Condition is GuestCondition.Running ? null : $"libvirt says: {chosen.Words}")
            {
                ArrivingOn = arriving?.Host,
                Cpu = _file.GuestCpus.GetValueOrDefault(guest),
            };
        }
        catch (LibvirtException e)
        {
            return new Guest(guest, null, GuestCondition.Unknown, 0, e.Message);
        }
    }

    /// <summary>What was given up goes on in the daemon: ended there, it does not come back behind everybody's back. If the daemon does not answer, the message says so already.</summary>
    private async Task EndArrivingAsync(GuestSearch search, string guest, string host)
    {
        try
        {
            // A connection of its own: a call is still under way on the other.
            await using LibvirtConnection connection = await LibvirtConnection.OpenAsync(host, search.ConnectionTo(host).Uri, _deadlines, _time, CancellationToken.None);
            using LibvirtDomain? arriving = await connection.FindAsync(guest, CancellationToken.None);
            if (arriving is { IsActive: true }) _ = await arriving.DestroyAsync(CancellationToken.None);
        }
        catch (LibvirtException)
        {
            // The error that led here is the one to tell.
        }
    }

    /// <summary>What is only defined is ended already. A host that does not answer may still have the guest at work: two of a kind would answer to one address.</summary>
    private static async Task EndAllAsync(GuestSearch search, string guest, bool isAllowed, CancellationToken cancel)
    {
        LibvirtDomain[] active = [.. (await search.FindAllAsync(guest, cancel)).Where(static domain => domain.IsActive)];
        if (search.Troubles.Count > 0)
            throw new HypervisorException($"guest {guest} may still work on host {search.Troubles[0].Host}, and cannot be ended there: {search.Troubles[0].Error.Message}. If that host is dead, leave it out of the file of guests.", search.Troubles[0].Error);
        if (!isAllowed && active.Length > 0)
            throw new HypervisorException($"guest {guest} is still on host {active[0].Host} ({active[0].Words}), and two of a kind would answer to one address. End it first, or allow that it is ended.");
        foreach (LibvirtDomain domain in active) _ = await domain.DestroyAsync(cancel);
    }
}
