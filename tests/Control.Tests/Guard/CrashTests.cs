using System;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>The guard is killed before every single one of its effects, in one story with two guests, a failed move and a checkpoint, and begins anew each time.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class CrashTests
{
    private static readonly PolicyOptions Policy = new() { CanSave = true, Lead = TimeSpan.FromSeconds(15), Horizon = TimeSpan.FromHours(1), IsSilenced = true, LooksMax = 50, IntervalMin = TimeSpan.FromHours(1) };

    [Test]
    public void Killed_at_any_step_it_goes_on_and_moves_nothing_twice([Range(1, 20)] int seed)
    {
        int effects = Run(seed, null).Effects;
        Assert.That(effects, Is.GreaterThan(12), "the story is too short to be killed in");
        for (int at = 0; at < effects; at++)
        {
            GuardSimulation simulation = Run(seed, at);
            Assert.That(simulation.Kills, Is.EqualTo(1), $"seed {seed}: not killed at {at}");
            simulation.Checker.Finish(simulation.Hypervisor);
            Assert.That(simulation.Hypervisor.Arrivals.Count(one => one.Step.Guest == "vm1"), Is.LessThanOrEqualTo(1), $"seed {seed}, killed at {at}");
            Assert.That(simulation.Journal.OfType<CaseClosed>().Count(), Is.EqualTo(1), $"seed {seed}, killed at {at}: {string.Join("\n", simulation.Story)}");
        }
    }

    [Test]
    public void Killed_at_any_moment_of_a_move_which_goes_on_it_waits_and_moves_nothing_twice([Range(1, 20)] int seed)
    {
        int moments = Run(seed, null).TimeInMoves;
        Assert.That(moments, Is.GreaterThan(1));
        for (int at = 0; at < moments; at++)
        {
            GuardSimulation simulation = Run(seed, null, at);
            Assert.That(simulation.KillsInMoves, Is.EqualTo(1), $"seed {seed}: not killed at {at}");
            simulation.Checker.Finish(simulation.Hypervisor);
            Assert.That(simulation.Journal.OfType<CaseClosed>().Count(), Is.EqualTo(1), $"seed {seed}, killed at {at}: {string.Join("\n", simulation.Story)}");
        }
    }

    [Test]
    public void A_guest_that_arrived_while_nobody_looked_is_found_and_not_moved_again()
    {
        (GuardState state, _) = GuardProtocol.Next(Unfinished(), new Started(Fleet.Noon + 5));
        (state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(state, new Looked(Fleet.Of("vm1@b")));
        Assert.That(effects.OfType<Commit>().Select(static one => one.Record).OfType<MoveEnded>().Single().Ending, Is.EqualTo(MoveEnding.Arrived));
        Assert.That(effects.OfType<Move>(), Is.Empty);
        Assert.That(state.Cases[1].Fates["vm1"], Is.EqualTo(GuestFate.Moved));
    }

    [Test]
    public void A_guest_that_is_still_arriving_is_waited_for()
    {
        (GuardState state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(Unfinished(), new Started(Fleet.Noon + 5));
        Assert.That(effects.OfType<Release>(), Is.Not.Empty, "whoever silenced the job is dead");
        FleetView arriving = Fleet.Of("vm1@a");
        arriving = arriving with { Guests = [arriving.Guests[0] with { ArrivingOn = "b" }] };
        for (int look = 1; look < Policy.LooksMax; look++)
        {
            (state, effects) = GuardProtocol.Next(state, new Looked(arriving));
            Assert.That(effects, Is.EqualTo(new GuardEffect[] { new Look(IsLater: true) }), $"look {look}");
        }

        (state, effects) = GuardProtocol.Next(state, new Looked(arriving));
        Assert.That(effects.OfType<Commit>().Select(static one => one.Record).OfType<MoveEnded>().Single().Ending, Is.EqualTo(MoveEnding.Failed), "its time is over");
    }

    [TestCase("vm1@a", MoveEnding.BrokenOff)]
    [TestCase("vm1@b", MoveEnding.Arrived)]
    [TestCase("vm1@c", MoveEnding.Elsewhere)]
    [TestCase("vm2@b", MoveEnding.Lost)]
    public void Where_the_guest_is_tells_what_became_of_its_move(string where, MoveEnding ending)
    {
        (GuardState state, _) = GuardProtocol.Next(Unfinished(), new Started(Fleet.Noon + 5));
        (_, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(state, new Looked(Fleet.Of(where)));
        Assert.That(effects.OfType<Commit>().Select(static one => one.Record).OfType<MoveEnded>().Single().Ending, Is.EqualTo(ending));
    }

    [Test]
    public void A_guest_that_stands_still_though_it_worked_is_let_go_on()
    {
        FleetView paused = Fleet.Of("vm1@a");
        paused = paused with { Guests = [paused.Guests[0] with { State = GuestState.Paused }] };
        (GuardState state, _) = GuardProtocol.Next(Unfinished(), new Started(Fleet.Noon + 5));
        (_, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(state, new Looked(paused));
        Assert.That(effects, Has.Member(new Resume("vm1")));
    }

    /// <summary>What a journal says that ends in the middle of a move of vm1 from a to b.</summary>
    private static GuardState Unfinished() => new GuardState(Policy)
        .With(new CaseOpened(Fleet.Noon, 1, "a", "node-a", 0.6, Fleet.Noon + 3600, ["the fan"]))
        .With(new MoveBegun(Fleet.Noon + 1, 1, 1, "vm1", "a", "b", true));

    private static GuardSimulation Run(int seed, int? killAfter, int? killInMoveAt = null)
    {
        var simulation = new GuardSimulation(Policy, new Random(seed)) { KillAfter = killAfter, KillInMoveAt = killInMoveAt };
        simulation.Hypervisor.Hosts.AddRange(["a", "b", "c"]);
        simulation.Hypervisor.Put("vm1", "a");
        simulation.Hypervisor.Put("vm2", "a");
        simulation.Hypervisor.Put("vm3", "b");
        simulation.Start();
        for (int minute = 0; minute < 85; minute += 5)
        {
            bool isRed = minute is >= 5 and < 60;
            simulation.Judge(
                Fleet.Noon + (minute * 60),
                new HostJudgement("a", "node-a", new HostHealth(isRed ? 0.7 : 0.01, isRed), minute == 5, ["the fan has slowed down"]),
                new HostJudgement("b", "node-b", new HostHealth(0.01, false)),
                new HostJudgement("c", "node-c", new HostHealth(0.01, false)));
            // An alert that fires while the guard is dead fires for the one that comes after it: the watch begins anew, too.
            if (minute == 5 && simulation.State.CaseOf("a") is null)
                simulation.Judge(Fleet.Noon + (minute * 60) + 1, new HostJudgement("a", "node-a", new HostHealth(0.7, true), Fires: true, ["the fan has slowed down"]));
            simulation.Settle();
        }

        return simulation;
    }
}
