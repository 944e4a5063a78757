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
    public bool Uses(string host) => Hosts.Any(h => string.Equals(h.Name, host, StringComparison.Ordinal));
}
