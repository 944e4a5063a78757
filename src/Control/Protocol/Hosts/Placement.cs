using System;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Launchers;

namespace HpcVirt.Control.Protocol;

/// <summary>Where the ranks of an attempt go.</summary>
/// <param name="Ranks">How many there are.</param>
/// <param name="Hosts">On which hosts; empty for this one, or where the launcher's own environment says.</param>
internal sealed record Placement(int Ranks, ImmutableArray<HostSlots> Hosts)
{
    /// <summary>The placement after a rank went from one host to another.</summary>
    public Placement Moved(string from, string to)
    {
        bool wasUsed = Uses(to);
        return this with
        {
            Hosts =
            [
                .. Hosts.Select(h => h.Name == from ? new HostSlots(h.Name, h.Slots - 1) : h.Name == to ? new HostSlots(h.Name, h.Slots + 1) : h).Where(static h => h.Slots > 0),
                .. (ReadOnlySpan<HostSlots>)(wasUsed ? [] : [new HostSlots(to, 1)]),
            ],
        };
    }

    public bool Uses(string host) => Hosts.Any(h => string.Equals(h.Name, host, StringComparison.Ordinal));
}
