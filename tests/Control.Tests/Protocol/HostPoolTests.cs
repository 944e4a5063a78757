using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Protocol;

[TestFixture]
public sealed class HostPoolTests
{
    private static readonly HostPool Pool = HostPool.Of([new HostSlots("a", 2), new HostSlots("b", 2)], [new HostSlots("c", 1), new HostSlots("d", 4)]);

    [Test]
    public void Regular_hosts_are_filled_and_spares_left_alone() => Assert.That(Text(Pool.Place(3, 3)), Is.EqualTo("3: a:2 b:1"));

    [Test]
    public void Spares_stand_in_only_as_far_as_needed() =>
        Assert.That(Text(Pool.With("a", HostCondition.Lost).Place(4, 4)), Is.EqualTo("4: b:2 c:1 d:1"));

    [Test]
    public void A_host_that_came_back_waits_as_a_spare() =>
        Assert.That(Text(Pool.With("a", HostCondition.Lost).With("a", HostCondition.Spare).Place(2, 2)), Is.EqualTo("2: b:2"));

    [Test]
    public void Fewer_ranks_are_placed_where_that_is_allowed()
    {
        HostPool left = Pool.With("d", HostCondition.Drained).With("a", HostCondition.Lost);
        Assert.That(Text(left.Place(4, 3)), Is.EqualTo("3: b:2 c:1"));
        Assert.That(left.Place(4, 4), Is.Null);
    }

    [Test]
    public void Without_hosts_the_launcher_decides() => Assert.That(Text(HostPool.None.Place(7, 7)), Is.EqualTo("7: "));

    [Test]
    public void A_job_whose_last_hosts_are_gone_ends_and_says_so()
    {
        var pool = HostPool.Of([new HostSlots("a", 1)], []);
        var state = new SupervisorState(3) { Hosts = pool };
        (state, _) = SupervisorProtocol.Next(state, new Begin());
        (state, _) = SupervisorProtocol.Next(state, new HostLost(1, "a"));
        (state, _) = SupervisorProtocol.Next(state, new AttemptEnded(1, null));
        (state, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(state, new BackoffElapsed(1));
        Assert.That(effects.OfType<Conclude>().Single().Outcome, Is.EqualTo(JobOutcome.HostsMissing));
        Assert.That(state.Phase, Is.EqualTo(SupervisorPhase.Done));
    }

    [Test]
    public void A_drained_job_saves_and_is_launched_elsewhere_at_once_without_using_up_a_restart()
    {
        var state = new SupervisorState(0) { Hosts = HostPool.Of([new HostSlots("a", 1)], [new HostSlots("b", 1)]) };
        (state, _) = SupervisorProtocol.Next(state, new Begin());
        (state, _) = SupervisorProtocol.Next(state, new RankConnected(1, 0));
        (state, ImmutableArray<SupervisorEffect> asked) = SupervisorProtocol.Next(state, new DrainAsked("a"));
        Assert.That(asked.Single(), Is.InstanceOf<AskRanksToStop>());
        (state, _) = SupervisorProtocol.Next(state, new RankFinished(1, 0, 0, EndedEarly: true));
        (state, _) = SupervisorProtocol.Next(state, new LauncherExited(1, ExitStatus.OfCode(0)));
        (state, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(state, new AttemptEnded(1, ExitStatus.OfCode(0)));
        var launch = (LaunchAttempt)effects.Single();
        Assert.That(Text(launch.Where), Is.EqualTo("1: b:1"));
        Assert.That(launch.Attempt, Is.EqualTo(2));
    }

    [Test]
    public void A_job_that_ended_well_before_it_could_be_moved_has_ended_well()
    {
        var state = new SupervisorState(0) { Hosts = HostPool.Of([new HostSlots("a", 1)], [new HostSlots("b", 1)]) };
        (state, _) = SupervisorProtocol.Next(state, new Begin());
        (state, _) = SupervisorProtocol.Next(state, new RankConnected(1, 0));
        (state, _) = SupervisorProtocol.Next(state, new DrainAsked("a"));
        (state, _) = SupervisorProtocol.Next(state, new LauncherExited(1, ExitStatus.OfCode(0)));
        (_, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(state, new AttemptEnded(1, ExitStatus.OfCode(0)));
        Assert.That(effects.OfType<Conclude>().Single().Outcome, Is.EqualTo(JobOutcome.Succeeded));
    }

    [Test]
    public void A_stop_during_a_move_stops()
    {
        var state = new SupervisorState(0) { Hosts = HostPool.Of([new HostSlots("a", 1)], [new HostSlots("b", 1)]) };
        (state, _) = SupervisorProtocol.Next(state, new Begin());
        (state, _) = SupervisorProtocol.Next(state, new RankConnected(1, 0));
        (state, _) = SupervisorProtocol.Next(state, new DrainAsked("a"));
        (state, _) = SupervisorProtocol.Next(state, new StopAsked(15));
        (state, _) = SupervisorProtocol.Next(state, new RankCommitted(1, 0, 10, 1));
        (state, _) = SupervisorProtocol.Next(state, new RankFinished(1, 0, 0, EndedEarly: true));
        (state, _) = SupervisorProtocol.Next(state, new LauncherExited(1, ExitStatus.OfCode(0)));
        (_, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(state, new AttemptEnded(1, ExitStatus.OfCode(0)));
        Assert.That(effects.OfType<Conclude>().Single().Outcome, Is.EqualTo(JobOutcome.InterruptedSaved));
    }

    private static string? Text(Placement? placement) =>
        placement is null ? null : $"{placement.Ranks}: {string.Join(' ', placement.Hosts.Select(static h => $"{h.Name}:{h.Slots}"))}";
}
