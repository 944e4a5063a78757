using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Protocol;

/// <summary>Lost ranks whose places are taken by processes that wait.</summary>
[TestFixture]
public sealed class StandbyProtocolTests
{
    private SupervisorState _state = null!;
    private ImmutableArray<SupervisorEffect> _effects = [];

    [SetUp]
    public void Begin()
    {
        _state = new SupervisorState(RestartsMax: 5)
        {
            Ranks = 2,
            RanksMin = 2,
            RepairsInJob = true,
            Standbys = 2,
            Hosts = HostPool.Of([new HostSlots("a", 1), new HostSlots("b", 1)], [new HostSlots("c", 1), new HostSlots("d", 3)]),
        };
        Give(new Begin());
    }

    [Test]
    public void Those_who_wait_are_started_beside_the_ranks_in_every_attempt()
    {
        var launch = (LaunchAttempt)_effects.Single();
        Assert.That((launch.Where.Ranks, launch.Standbys), Is.EqualTo((2, 2)));
        Assert.That(launch.Beside, Is.EqualTo(new[] { new HostSlots("c", 1), new HostSlots("d", 1) }));
        Give(new RankConnected(1, 0), new HostLost(1, "b"), new AttemptEnded(1, null), new BackoffElapsed(1));
        launch = (LaunchAttempt)_effects.Single();
        Assert.That(launch.Where.Hosts, Is.EqualTo(new[] { new HostSlots("a", 1), new HostSlots("c", 1) }));
        Assert.That((launch.Beside.Single(), launch.Standbys), Is.EqualTo((new HostSlots("d", 2), 2)));
    }

    [Test]
    public void A_lost_rank_is_replaced_by_the_first_who_waits_and_goes_where_that_one_is()
    {
        AllReady();
        Give(new RankLost(1, 1) { Host = "b" });
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new RepairLinks(1, 1, null, Member: 2) }));
        Assert.That(_state.Where!.Hosts.Select(static h => h.Name), Is.EqualTo(new[] { "a", "c" }));
        Assert.That(_state.Waiting.Keys, Is.EqualTo(new[] { 3 }));
        Give(new RankConnected(1, 1), new RankRestored(1, 1), new RankLost(1, 0) { Host = "a" });
        Assert.That(_effects.Single(), Is.EqualTo(new RepairLinks(2, 0, null, Member: 3)));
        Give(new RankRestored(1, 0), new RankLost(1, 1) { Host = "c" });
        Assert.That(_effects.Single(), Is.InstanceOf<EndAttempt>(), "nobody waits any more");
    }

    [Test]
    public void One_who_was_lost_or_whose_host_was_lost_or_drained_takes_no_place()
    {
        AllReady();
        Give(new StandbyLost(1, 2), new DrainAsked("d"), new RankLost(1, 1) { Host = "b" });
        Assert.That(_effects.Single(), Is.InstanceOf<EndAttempt>());
        Begin();
        AllReady();
        Give(new HostLost(1, "c"), new RankLost(1, 1) { Host = "b" });
        Assert.That(_effects.Single(), Is.EqualTo(new RepairLinks(1, 1, null, Member: 3)));
    }

    [Test]
    public void Those_who_wait_are_told_when_all_ranks_have_finished_and_all_are_ended_when_one_has_failed()
    {
        AllReady();
        Give(new RankFinished(1, 0, 0, EndedEarly: false));
        Assert.That(_effects, Is.Empty);
        Give(new RankFinished(1, 1, 0, EndedEarly: false));
        Assert.That(_effects.Single(), Is.InstanceOf<ReleaseStandbys>());
        Begin();
        AllReady();
        Give(new RankFailed(1, 0, new FailureSignature("E", "m", 3)));
        Assert.That(_effects.Single(), Is.EqualTo(new EndAttempt(WithGrace: true)));
    }

    [Test]
    public void A_launcher_that_does_not_end_with_its_job_is_ended_and_the_ranks_word_counts()
    {
        AllReady();
        Give(new LauncherLingers(1));
        Assert.That(_effects, Is.Empty, "the ranks have not finished");
        Give(new RankFinished(1, 0, 0, EndedEarly: false), new RankFinished(1, 1, 0, EndedEarly: false), new LauncherLingers(1));
        Assert.That(_effects.Single(), Is.EqualTo(new EndAttempt(WithGrace: false)));
        Give(new AttemptEnded(1, null));
        Assert.That(_effects.Single(), Is.EqualTo(new Conclude(JobOutcome.Succeeded, null)));
    }

    [Test]
    public void A_rank_that_fails_in_a_repair_ends_the_attempt_for_the_others_wait_for_it()
    {
        AllReady();
        Give(new RankLost(1, 1) { Host = "b" }, new RankFailed(1, 0, new FailureSignature("MpiException", "MPI_ERR_SPAWN", 3)));
        Assert.That(_effects.Single(), Is.EqualTo(new EndAttempt(WithGrace: true)));
    }

    private void AllReady() => Give(new RankConnected(1, 0), new RankConnected(1, 1), new StandbyReady(1, 2, "c"), new StandbyReady(1, 3, "d"));

    private void Give(params SupervisorEvent[] events)
    {
        foreach (SupervisorEvent happened in events) (_state, _effects) = SupervisorProtocol.Next(_state, happened);
    }
}
