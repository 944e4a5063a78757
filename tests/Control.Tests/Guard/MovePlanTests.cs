using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>Plans of an administrator: emptying a host, spreading guests.</summary>
[TestFixture]
internal sealed class MovePlanTests
{
    private static readonly Dictionary<string, HostHealth> Nothing = [];

    [Test]
    public void A_drained_host_is_emptied_over_the_others_and_what_was_planned_counts()
    {
        (ImmutableArray<PlannedMove> moves, ImmutableArray<(string Guest, string Why)> stay) = MovePlan.Drain("a", Fleet.Of("vm1@a", "vm2@a", "vm3@a", "vm4@b"), new PolicyOptions(), Nothing);
        Assert.That(moves.Select(static move => $"{move.Guest}>{move.To}"), Is.EqualTo(new[] { "vm1>c", "vm2>d", "vm3>b" }));
        Assert.That(stay, Is.Empty);
    }

    [Test]
    public void Who_finds_no_place_is_named_with_every_reason()
    {
        FleetView fleet = Fleet.Of("vm1@a", "vm2@b", "vm3@a") with { Drained = ["c", "d"] };
        var policy = new PolicyOptions { AntiAffinity = [["vm1", "vm2"]], OptOut = ["vm3"] };
        (ImmutableArray<PlannedMove> moves, ImmutableArray<(string Guest, string Why)> stay) = MovePlan.Drain("a", fleet, policy, Nothing);
        Assert.That(moves, Is.Empty);
        Assert.That(stay, Is.EqualTo(new[]
        {
            ("vm1", "b: vm2 is there, and the two are kept apart; c: drained by an administrator; d: drained by an administrator"), ("vm3", "it is never to be moved"),
        }));
    }

    [Test]
    public void The_largest_guest_goes_first_for_the_small_ones_find_a_place_afterwards()
    {
        FleetView fleet = Fleet.Of("vm1@a", "vm2@a");
        fleet = fleet with
        {
            Guests = [fleet.Guests[0] with { MemoryBytes = 1 << 20 }, fleet.Guests[1] with { MemoryBytes = 8 << 20 }],
            Hosts = [new FleetHost("a"), new FleetHost("b", MemoryBytes: 8 << 20), new FleetHost("c", MemoryBytes: 1 << 20)],
        };
        (ImmutableArray<PlannedMove> moves, _) = MovePlan.Drain("a", fleet, new PolicyOptions(), Nothing);
        Assert.That(moves.Select(static move => $"{move.Guest}>{move.To}"), Is.EqualTo(new[] { "vm2>b", "vm1>c" }));
    }

    [Test]
    public void Guests_are_spread_until_no_move_evens_anything_out()
    {
        ImmutableArray<PlannedMove> moves = MovePlan.Rebalance(Fleet.Of("vm1@a", "vm2@a", "vm3@a", "vm4@a", "vm5@b"), new PolicyOptions(), Nothing, movesMax: 10);
        Assert.That(moves.Select(static move => $"{move.Guest}>{move.To}"), Is.EqualTo(new[] { "vm1>c", "vm2>d" }), "2, 1, 1, 1");
        Assert.That(MovePlan.Rebalance(Fleet.Of("vm1@a", "vm2@a", "vm3@a", "vm4@a"), new PolicyOptions(), Nothing, movesMax: 1), Has.Length.EqualTo(1));
    }

    [Test]
    public void Risk_comes_before_evenness_and_a_host_at_risk_takes_none()
    {
        var health = new Dictionary<string, HostHealth> { ["b"] = new(0.4, false), ["c"] = new(0.01, false), ["d"] = new(0.9, true) };
        ImmutableArray<PlannedMove> moves = MovePlan.Rebalance(Fleet.Of("vm1@a", "vm2@a", "vm3@b", "vm4@a"), new PolicyOptions { AmberFrom = 0.2 }, health, movesMax: 10);
        Assert.That(moves.Select(static move => $"{move.Guest}>{move.To}"), Is.EqualTo(new[] { "vm3>c", "vm1>c" }), "off b, and neither to b nor to d; c is known to be healthy, and a is not");
    }

    [Test]
    public void A_guest_that_is_being_moved_or_does_not_answer_is_left_alone()
    {
        FleetView fleet = Fleet.Of("vm1@a", "vm2@a", "vm3@a");
        fleet = fleet with { Guests = [fleet.Guests[0] with { ArrivingOn = "b" }, fleet.Guests[1] with { State = GuestState.Unknown }, fleet.Guests[2]] };
        (ImmutableArray<PlannedMove> moves, ImmutableArray<(string Guest, string Why)> stay) = MovePlan.Drain("a", fleet, new PolicyOptions(), Nothing);
        Assert.That(moves.Single().Guest, Is.EqualTo("vm3"));
        Assert.That(stay.Select(static one => one.Why), Is.EqualTo(new[] { "it is being moved to b", "it does not answer, or does not work" }));
    }
}
