using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Launchers;

namespace HpcVirt.Control.Protocol;

/// <summary>The hosts that a job may use, in the order in which they are filled; empty for a job that leaves its hosts to the launcher.</summary>
internal sealed record HostPool(ImmutableArray<PooledHost> Hosts)
{
    public static readonly HostPool None = new([]);

    public static HostPool Of(IEnumerable<HostSlots> hosts, IEnumerable<HostSlots> spares) => new(
    [
        .. hosts.Select(static h => new PooledHost(h.Name, h.Slots, HostCondition.Regular)),
        .. spares.Select(static h => new PooledHost(h.Name, h.Slots, HostCondition.Spare)),
    ]);

    public bool Has(string host) => Hosts.Any(h => h.Name == host);

    public bool IsUsable(string host) => Hosts.Any(h => h.Name == host && h.IsUsable);

    /// <summary>Changes what is known of a host. One that came back is a spare: what runs goes on where it runs.</summary>
    public HostPool With(string host, HostCondition condition) =>
        new([.. Hosts.Select(h => h.Name == host ? h with { Condition = condition } : h)]);

    /// <summary>
    /// Regular hosts first, spares only as far as needed; fewer ranks where neither suffices, but not fewer than
    /// <paramref name="ranksMin"/>. Null if even those find no place.
    /// </summary>
    public Placement? Place(int ranks, int ranksMin)
    {
        if (Hosts.IsEmpty) return new Placement(ranks, []);
        var chosen = ImmutableArray.CreateBuilder<HostSlots>();
        int slots = 0;
        foreach (PooledHost host in Hosts.Where(static h => h.IsUsable).OrderBy(static h => h.Condition))
        {
            if (slots >= ranks) break;
            int taken = Math.Min(host.Slots, ranks - slots);
            chosen.Add(new HostSlots(host.Name, taken));
            slots += taken;
        }

        return slots >= ranksMin && slots > 0 ? new Placement(slots, chosen.ToImmutable()) : null;
    }

    /// <summary>The hosts that may take ranks and have none in a placement: where ranks can move to.</summary>
    public ImmutableArray<HostSlots> Besides(Placement where) => [.. Hosts.Where(h => h.IsUsable && !where.Uses(h.Name)).Select(static h => new HostSlots(h.Name, h.Slots))];

    /// <summary>Where so many processes can wait beside a placement; fewer where there is no more room.</summary>
    public ImmutableArray<HostSlots> Besides(Placement where, int processes)
    {
        var chosen = ImmutableArray.CreateBuilder<HostSlots>();
        foreach (HostSlots host in Besides(where))
        {
            int taken = Math.Min(host.Slots, processes);
            if (taken > 0) chosen.Add(new HostSlots(host.Name, taken));
            processes -= taken;
        }

        return chosen.ToImmutable();
    }

    /// <summary>For people: the names of the hosts in a condition.</summary>
    public string Names(HostCondition condition) => string.Join(", ", Hosts.Where(h => h.Condition == condition).Select(static h => h.Name));
}
