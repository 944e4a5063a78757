using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>What binds the choice of a target.</summary>
/// <param name="AntiAffinity">Groups of guests of which no two may be on one host.</param>
/// <param name="ReserveHosts">How many healthy hosts without guests are to stay so.</param>
/// <param name="NeedsGreen">Only hosts that are known to be healthy; otherwise unknown ones will do, for maintenance without a predictor.</param>
internal sealed record TargetRules(ImmutableArray<ImmutableArray<string>> AntiAffinity, int ReserveHosts, bool NeedsGreen);

/// <summary>
/// Where a guest goes: the host with the least risk of those that may take it, to the percent; among equals the one with the fewest guests, then with the most free memory, then
/// by name. A host of unknown risk, where one may be taken at all, comes last. Every host that may not is refused with its reason.
/// </summary>
internal static class TargetChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="fleet">Where everything is.</param>
    /// <param name="colour">How a host looks.</param>
    /// <param name="risk">A host's risk; null where it is not known.</param>
    /// <param name="rules">What binds.</param>
    /// <param name="tried">Hosts that have failed to take it.</param>
    /// <returns>The host, or null; and why each of the others was refused.</returns>
    public static (string? Host, ImmutableArray<string> Refused) Choose(
        FleetGuest guest, FleetView fleet, Func<string, HostColour> colour, Func<string, double?> risk, TargetRules rules, IReadOnlyCollection<string> tried)
    {
        var refused = ImmutableArray.CreateBuilder<string>();
        var fit = new List<FleetHost>();
        foreach (FleetHost host in fleet.Hosts.Where(host => host.Name != guest.Host))
        {
            if (WhyNot(guest, host, fleet, colour, rules, tried) is { } reason) refused.Add($"{host.Name}: {reason}");
            else fit.Add(host);
        }

        FleetHost? best = fit
            .OrderBy(host => Math.Floor((risk(host.Name) ?? 1) * 100))
            .ThenBy(host => fleet.On(host.Name).Length)
            .ThenByDescending(host => FreeBytes(host, fleet) ?? long.MaxValue)
            .ThenBy(static host => host.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return (best?.Name, refused.ToImmutable());
    }

    /// <summary>Why a host may not take a guest; null if it may.</summary>
    public static string? WhyNot(FleetGuest guest, FleetHost host, FleetView fleet, Func<string, HostColour> colour, TargetRules rules, IReadOnlyCollection<string> tried)
    {
        if (fleet.Drained.Contains(host.Name)) return "drained by an administrator";
        HostColour looks = colour(host.Name);
        if (looks is HostColour.Red) return "an alert stands there";
        if (looks is HostColour.Amber) return "its risk is raised";
        if (looks is HostColour.Unknown && rules.NeedsGreen) return "nothing is known of its health";
        if (tried.Contains(host.Name)) return "it has failed to take the guest";
        if (guest.Misfits.TryGetValue(host.Name, out string? misfit)) return misfit;
        ImmutableArray<FleetGuest> there = fleet.On(host.Name);
        if (rules.AntiAffinity.Where(group => group.Contains(guest.Name)).SelectMany(group => group).FirstOrDefault(mate => mate != guest.Name && there.Any(one => one.Name == mate)) is { } apart)
            return $"{apart} is there, and the two are kept apart";
        if (host.GuestsMax is { } most && there.Length >= most) return $"it holds {there.Length} guests, and may hold {most}";
        if (FreeBytes(host, fleet) is { } free && free < guest.MemoryBytes) return $"it has {free >> 20} MiB free, and the guest takes {guest.MemoryBytes >> 20}";
        if (there.IsEmpty && rules.ReserveHosts > 0 && Empty(fleet, colour, rules) <= rules.ReserveHosts) return $"it is of the reserve, which is to be {rules.ReserveHosts} hosts";
        return null;
    }

    /// <summary>Healthy hosts without guests.</summary>
    private static int Empty(FleetView fleet, Func<string, HostColour> colour, TargetRules rules) => fleet.Hosts.Count(host =>
        fleet.On(host.Name).IsEmpty && !fleet.Drained.Contains(host.Name) && (colour(host.Name) is HostColour.Green || (!rules.NeedsGreen && colour(host.Name) is HostColour.Unknown)));

    private static long? FreeBytes(FleetHost host, FleetView fleet) => host.MemoryBytes - fleet.On(host.Name).Sum(static guest => guest.MemoryBytes);
}
