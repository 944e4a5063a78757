using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>What the hypervisor said when it was asked: it is believed, and nothing that was remembered.</summary>
/// <param name="Guests">All guests.</param>
/// <param name="Hosts">All hosts.</param>
/// <param name="Drained">Hosts that an administrator has drained.</param>
internal sealed record FleetView(ImmutableArray<FleetGuest> Guests, ImmutableArray<FleetHost> Hosts, ImmutableSortedSet<string> Drained)
{
    public static readonly FleetView Empty = new([], [], []);

    public FleetGuest? Guest(string name) => Guests.FirstOrDefault(guest => guest.Name == name);

    public FleetHost? Host(string name) => Hosts.FirstOrDefault(host => host.Name == name);

    /// <summary>Guests that are on a host or on their way to it.</summary>
    public ImmutableArray<FleetGuest> On(string host) => [.. Guests.Where(guest => guest.Host == host || guest.ArrivingOn == host)];
}

/// <summary>What a guest does, as far as deciding goes.</summary>
internal enum GuestState
{
    Running = 0,
    Paused,
    Absent,
    Failed,

    /// <summary>It does not answer, or is arriving.</summary>
    Unknown,
}

/// <summary>A guest.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">The host it is on; null for none.</param>
/// <param name="State">What it does.</param>
/// <param name="MemoryBytes">Its memory; 0 when unknown.</param>
internal sealed record FleetGuest(string Name, string? Host, GuestState State, long MemoryBytes = 0)
{
    public string? ArrivingOn { get; init; }

    /// <summary>Why its processor does not fit a host, by the host's name; hosts it fits are missing.</summary>
    public ImmutableSortedDictionary<string, string> Misfits { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A host.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MemoryBytes">Memory for guests; null: no bound is known.</param>
/// <param name="GuestsMax">The most guests; null: no bound is known.</param>
internal sealed record FleetHost(string Name, long? MemoryBytes = null, int? GuestsMax = null);
