using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>Connections to all hosts of a file, for the length of one verb, and where guests are on them.</summary>
internal sealed class GuestSearch : IAsyncDisposable
{
    private readonly GuestFile _file;
    private readonly List<LibvirtConnection> _connections = [];
    private readonly List<LibvirtDomain> _domains = [];
    private readonly List<(string Host, HypervisorException Error)> _troubles = [];

    private GuestSearch(GuestFile file) => _file = file;

    /// <summary>Hosts whose libvirt does not answer, and why.</summary>
    public IReadOnlyList<(string Host, HypervisorException Error)> Troubles => _troubles;

    public static async Task<GuestSearch> OpenAsync(GuestFile file, LibvirtDeadlines deadlines, TimeProvider time, CancellationToken cancel)
    {
        var search = new GuestSearch(file);
        try
        {
            await Task.WhenAll(file.Hosts.Keys.Select(async host =>
            {
                try
                {
                    LibvirtConnection connection = await LibvirtConnection.OpenAsync(host, file.LibvirtUris[host], deadlines, time, cancel);
                    lock (search._connections) search._connections.Add(connection);
                }
                catch (LibvirtException e)
                {
                    lock (search._connections) search._troubles.Add((host, e));
                }
            }));
            return search;
        }
        catch
        {
            await search.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection to a host.</summary>
    /// <exception cref="HypervisorException">Its libvirt does not answer.</exception>
    public LibvirtConnection ConnectionTo(string host) => _connections.FirstOrDefault(connection => connection.Host == host)
        ?? throw _troubles.Where(trouble => trouble.Host == host).Select(static trouble => trouble.Error).First();

    /// <summary>The guest on each host that knows it, defined or active.</summary>
    public async Task<IReadOnlyList<LibvirtDomain>> FindAllAsync(string guest, CancellationToken cancel)
    {
        var found = new List<LibvirtDomain>();
        await Task.WhenAll(_connections.Select(async connection =>
        {
            try
            {
                if (await connection.FindAsync(guest, cancel) is { } domain)
                {
                    lock (_domains)
                    {
                        _domains.Add(domain);
                        found.Add(domain);
                    }
                }
            }
            catch (LibvirtException e)
            {
                lock (_connections) _troubles.Add((connection.Host, e));
            }
        }));
        return found;
    }

    /// <summary>The one that is the guest, and the one that waits for its state, if a move is under way.</summary>
    /// <returns>Null and null where it is active nowhere.</returns>
    public static async Task<(LibvirtDomain? Guest, LibvirtDomain? Arriving)> ChooseAsync(IReadOnlyList<LibvirtDomain> found, CancellationToken cancel)
    {
        LibvirtDomain? guest = null, arriving = null;
        foreach (LibvirtDomain domain in found.Where(static domain => domain.IsActive).OrderBy(static domain => domain.Condition is GuestCondition.Running ? 0 : 1))
        {
            if (await domain.IsArrivingAsync(cancel)) arriving ??= domain;
            else guest ??= domain;
        }

        return (guest, arriving);
    }

    /// <summary>The guest, which must be active on a host.</summary>
    /// <exception cref="HypervisorException">It is on none, or nobody knows.</exception>
    public async Task<LibvirtDomain> RequireAsync(string guest, CancellationToken cancel)
    {
        IReadOnlyList<LibvirtDomain> found = await FindAllAsync(guest, cancel);
        (LibvirtDomain? chosen, LibvirtDomain? arriving) = await ChooseAsync(found, cancel);
        if (chosen is not null) return chosen;
        if (arriving is not null && _troubles.Count == 0) throw new HypervisorException($"guest {guest} is arriving on host {arriving.Host}, and is on no other any more. Wait for it, or restore it from a set.");
        throw _troubles.Count > 0
            ? new HypervisorException($"guest {guest} cannot be spoken to: {_troubles[0].Error.Message}.", _troubles[0].Error)
            : new HypervisorException($"guest {guest} is active on none of {string.Join(", ", _file.Hosts.Keys)}. Start it there, or restore it from a set.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LibvirtDomain domain in _domains) domain.Dispose();
        await Task.WhenAll(_connections.Select(static connection => connection.DisposeAsync().AsTask()));
    }
}
