using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>One move of a plan.</summary>
internal sealed record PlannedMove(string Guest, string From, string To, string Why);

/// <summary>
/// Plans for an administrator, pure functions by the rules that the guard goes by: emptying a host, and spreading guests. What a plan has moved counts for what it moves next.
/// </summary>
internal static class MovePlan
{
    /// <summary>Empties a host.</summary>
    /// <param name="host">The host, which counts as drained.</param>
    /// <param name="fleet">Where everything is.</param>
    /// <param name="policy">The rules.</param>
    /// <param name="health">What is known of hosts; may be empty.</param>
    /// <returns>The moves, and guests for which there is no place, with the reason.</returns>
    public static (ImmutableArray<PlannedMove> Moves, ImmutableArray<(string Guest, string Why)> Stay) Drain(
        string host, FleetView fleet, PolicyOptions policy, IReadOnlyDictionary<string, HostHealth> health)
    {
        var moves = ImmutableArray.CreateBuilder<PlannedMove>();
        var stay = ImmutableArray.CreateBuilder<(string, string)>();
        fleet = fleet with { Drained = fleet.Drained.Add(host) };
        // The largest first: what is small finds a place afterwards.
        foreach (FleetGuest guest in fleet.Guests.Where(guest => guest.Host == host).OrderByDescending(static guest => guest.MemoryBytes).ThenBy(static guest => guest.Name, StringComparer.Ordinal))
        {
            if (WhyNot(guest, policy) is { } reason)
            {
                stay.Add((guest.Name, reason));
                continue;
            }

            (string? target, ImmutableArray<string> refused) = Choose(guest, fleet, policy, health);
            if (target is null)
            {
                stay.Add((guest.Name, refused.IsEmpty ? "there is no other host" : string.Join("; ", refused)));
                continue;
            }

            moves.Add(new PlannedMove(guest.Name, host, target, "the host is drained"));
            fleet = Moved(fleet, guest, target);
        }

        return (moves.ToImmutable(), stay.ToImmutable());
    }

    /// <summary>Spreads guests: first away from hosts whose risk is raised, then from the fullest host to one that holds at least two guests less.</summary>
    /// <param name="fleet">Where everything is.</param>
    /// <param name="policy">The rules.</param>
    /// <param name="health">What is known of hosts; may be empty.</param>
    /// <param name="movesMax">Most moves.</param>
    public static ImmutableArray<PlannedMove> Rebalance(FleetView fleet, PolicyOptions policy, IReadOnlyDictionary<string, HostHealth> health, int movesMax)
    {
        var moves = ImmutableArray.CreateBuilder<PlannedMove>();
        while (moves.Count < movesMax && (Leave(fleet, policy, health) ?? Even(fleet, policy, health)) is { } move)
        {
            moves.Add(move);
            fleet = Moved(fleet, fleet.Guest(move.Guest)!, move.To);
        }

        return moves.ToImmutable();
    }

    private static PlannedMove? Leave(FleetView fleet, PolicyOptions policy, IReadOnlyDictionary<string, HostHealth> health)
    {
        foreach (FleetHost host in fleet.Hosts.OrderByDescending(host => Risk(health, host.Name) ?? 0).ThenBy(static host => host.Name, StringComparer.Ordinal))
        {
            HostColour looks = health.GetValueOrDefault(host.Name).Colour(policy.AmberFrom);
            if (looks is not (HostColour.Amber or HostColour.Red)) continue;
            foreach (FleetGuest guest in Movable(fleet, host.Name, policy))
            {
                if (Choose(guest, fleet, policy, health).Target is { } target) return new PlannedMove(guest.Name, host.Name, target, $"the risk of {host.Name} is raised: {Words.Percent(Risk(health, host.Name) ?? 0)}");
            }
        }

        return null;
    }

    private static PlannedMove? Even(FleetView fleet, PolicyOptions policy, IReadOnlyDictionary<string, HostHealth> health)
    {
        foreach (FleetHost host in fleet.Hosts.OrderByDescending(host => fleet.On(host.Name).Length).ThenBy(static host => host.Name, StringComparer.Ordinal))
        {
            int here = fleet.On(host.Name).Length;
            foreach (FleetGuest guest in Movable(fleet, host.Name, policy))
            {
                // Only hosts that stay emptier than this one: with fewer than two between them, the move would change names and nothing else.
                FleetView emptier = fleet with { Hosts = [.. fleet.Hosts.Where(other => fleet.On(other.Name).Length <= here - 2)] };
                if (Choose(guest, emptier, policy, health).Target is { } target) return new PlannedMove(guest.Name, host.Name, target, $"{host.Name} holds {here} guests, {target} {fleet.On(target).Length}");
            }
        }

        return null;
    }

    private static IEnumerable<FleetGuest> Movable(FleetView fleet, string host, PolicyOptions policy) =>
        fleet.Guests.Where(guest => guest.Host == host && WhyNot(guest, policy) is null).OrderBy(static guest => guest.Name, StringComparer.Ordinal);

    private static string? WhyNot(FleetGuest guest, PolicyOptions policy) => guest.State switch
    {
        _ when policy.OptOut.Contains(guest.Name) => "it is never to be moved",
        GuestState.Running or GuestState.Paused when guest.ArrivingOn is null => null,
        GuestState.Running or GuestState.Paused => $"it is being moved to {guest.ArrivingOn}",
        _ => "it does not answer, or does not work",
    };

    private static (string? Target, ImmutableArray<string> Refused) Choose(FleetGuest guest, FleetView fleet, PolicyOptions policy, IReadOnlyDictionary<string, HostHealth> health) => TargetChoice.Choose(
        guest, fleet, host => health.GetValueOrDefault(host).Colour(policy.AmberFrom), host => Risk(health, host), new TargetRules(policy.AntiAffinity, policy.ReserveHosts, NeedsGreen: false), []);

    private static double? Risk(IReadOnlyDictionary<string, HostHealth> health, string host) => health.GetValueOrDefault(host).Risk;

    private static FleetView Moved(FleetView fleet, FleetGuest guest, string to) => fleet with { Guests = fleet.Guests.Replace(guest, guest with { Host = to }) };
}
