using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>Short ways to say what a test is about: hosts a to d, guests by name and host.</summary>
internal static class Fleet
{
    public const long Noon = 1_700_000_000;

    public static readonly PolicyOptions Policy = new() { CanSave = false, MoveCost = System.TimeSpan.FromSeconds(10) };

    /// <summary>Guests as "vm1@a"; the hosts are a to d.</summary>
    public static FleetView Of(params string[] guests) => new(
        [.. guests.Select(static one => one.Split('@')).Select(static one => new FleetGuest(one[0], one[1], GuestState.Running, 1 << 30))],
        [.. "abcd".Select(static name => new FleetHost(name.ToString()))],
        []);

    /// <summary>A state in which host a is red and has an open case, and b to d are green with the same risk.</summary>
    public static GuardState RedA(PolicyOptions? policy = null)
    {
        (GuardState state, _) = GuardProtocol.Next(new GuardState(policy ?? Policy), Judged(Noon, ("a", 0.6, true, true), ("b", 0.01, false, false), ("c", 0.01, false, false), ("d", 0.01, false, false)));
        return state;
    }

    public static Judged Judged(long timeS, params (string Host, double? Risk, bool IsFiring, bool Fires)[] hosts) =>
        new(timeS, [.. hosts.Select(static one => new HostJudgement(one.Host, "node-" + one.Host, new HostHealth(one.Risk, one.IsFiring), one.Fires, ["the fan has slowed down"]))]);

    public static Decision Decide(GuardState state, FleetView fleet) => HpcVirt.Control.Guard.Protocol.Policy.Decide(state, state.Cases.Values.First(), fleet);

    public static ImmutableSortedDictionary<string, HostHealth> With(this ImmutableSortedDictionary<string, HostHealth> health, string host, double? risk, bool isFiring = false) =>
        health.SetItem(host, new HostHealth(risk, isFiring));
}
