using System.Collections.Immutable;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Protocol;

/// <summary>A rank that moves to a process that waits, while the others keep their state; and all that can come between.</summary>
[TestFixture]
public sealed class RankMoveProtocolTests
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
            Hosts = HostPool.Of([new HostSlots("a", 1), new HostSlots("b", 1)], [new HostSlots("c", 2)]),
        };
        Give(new Begin(), new RankConnected(1, 0), new RankConnected(1, 1), new StandbyReady(1, 2, "c"), new StandbyReady(1, 3, "c"));
    }

    [Test]
    public void The_process_prepares_itself_the_ranks_fall_silent_and_the_state_goes_over()
    {
        Give(new MoveAsked(1, "b", "c"));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new PrepareMove(1, 1, 2) }));
        Give(new StandbyPrepared(1, 2, 1, CanMove: true, ""));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToMove(1, 1) }));
        Give(new RankReadyToMove(1, 0, 1, 4096, ""));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new MoveState(1, 1, 1, "c", 2, IsPrepared: true, 4096) }));
        Assert.That((_state.Awaited, _state.Moving, _state.MovingHold, _state.Where!.Uses("c"), _state.Where.Uses("b")), Is.EqualTo(((int?)1, (MoveAsked?)null, (long?)null, true, false)));
        Give(new RankMoved(1, 0, 1));
        Assert.That(_state.Awaited, Is.EqualTo(1), "a rank that stayed says nothing about the one that moved");
        Give(new RankConnected(1, 1), new RankMoved(1, 1, 1));
        Assert.That((_state.Awaited, _state.RepairsInAll), Is.EqualTo(((int?)null, 0)), "a move is no restart");
    }

    [Test]
    public void A_process_that_cannot_run_the_beginning_alone_takes_the_place_all_the_same()
    {
        Give(new MoveAsked(1, "b", "c"), new StandbyPrepared(1, 2, 1, CanMove: true, "it makes communicators"), new RankReadyToMove(1, 0, 1, 4096, ""));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new MoveState(1, 1, 1, "c", 2, IsPrepared: false, 4096) }));
    }

    [Test]
    public void What_stands_in_the_way_makes_it_a_move_by_a_checkpoint_whenever_it_is_found_out([Values(0, 1, 2)] int when)
    {
        Give(new MoveAsked(1, "b", "c"));
        if (when == 0) Give(new RankReadyToMove(1, 1, 1, 0, "rank 1: a window"));
        if (when == 1) Give(new StandbyPrepared(1, 2, 1, CanMove: false, "it throws"));
        if (when == 2) Give(new StandbyPrepared(1, 2, 1, CanMove: true, ""), new RankReadyToMove(1, 0, 1, 0, "rank 0: a request"));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToGoOn(1), new AskRanksForCheckpoint(1) }));
        Assert.That(_state.WhyByCheckpoint, Is.Not.Empty);
        Give(new RankReadyToMove(1, 0, 1, 0, "rank 0: a request as well"));
        Assert.That(_effects, Is.Empty, "it is known");
        Give(new RankCommitted(1, 0, 5, 1));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new RepairLinks(1, 1, "c", Member: 2) }));
    }

    [Test]
    public void A_checkpoint_on_the_way_does_not_make_it_a_move_by_a_checkpoint()
    {
        Give(new MoveAsked(1, "b", "c"), new RankCommitted(1, 0, 5, 1));
        Assert.That(_effects, Is.Empty);
        Assert.That(_state.MovingHold, Is.EqualTo(1));
    }

    [Test]
    public void Given_up_or_without_the_process_the_ranks_go_on([Values] bool isLost)
    {
        Give(new MoveAsked(1, "b", "c"), isLost ? new StandbyLost(1, 2) : new MoveGivenUp());
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToGoOn(1) }));
        Give(new StandbyPrepared(1, 2, 1, CanMove: true, ""), new RankReadyToMove(1, 0, 1, 0, ""));
        Assert.That((_effects.Length, _state.Moving), Is.EqualTo((0, (MoveAsked?)null)));
        Give(new MoveAsked(1, "b", "c"));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new PrepareMove(2, 1, isLost ? 3 : 2) }), "the next one has another number");
    }

    [Test]
    public void A_rank_that_is_lost_meanwhile_goes_first_and_the_others_are_let_go([Values] bool isPrepared)
    {
        Give(new MoveAsked(1, "b", "c"));
        if (isPrepared) Give(new StandbyPrepared(1, 2, 1, CanMove: true, ""));
        Give(new RankLost(1, 0) { Host = "a" });
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToGoOn(1), new RepairLinks(1, 0, null, Member: 2) }));
        Give(new RankReadyToMove(1, 1, 1, 0, ""));
        Assert.That(_effects, Is.Empty);
    }

    [Test]
    public void A_rank_that_is_lost_while_the_state_goes_over_is_too_much()
    {
        Give(new MoveAsked(1, "b", "c"), new StandbyPrepared(1, 2, 1, CanMove: true, ""), new RankReadyToMove(1, 0, 1, 0, ""), new RankLost(1, 0) { Host = "a" });
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new EndAttempt(true) }));
    }

    [Test]
    public void A_state_that_never_arrives_means_a_relaunch()
    {
        Give(new MoveAsked(1, "b", "c"), new StandbyPrepared(1, 2, 1, CanMove: true, ""), new RankReadyToMove(1, 0, 1, 0, ""), new RepairDeadlineReached(1, 1));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new EndAttempt(false) }));
    }

    [Test]
    public void Holding_and_moving_exclude_one_another()
    {
        Give(new MoveAsked(1, "b", "c"), new HoldAsked(System.TimeSpan.FromSeconds(1)));
        Assert.That(_effects, Is.Empty);
        Begin();
        Give(new HoldAsked(System.TimeSpan.FromSeconds(1)), new MoveAsked(1, "b", "c"));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksForCheckpoint(1) }), "a job that is held keeps no other hold; the checkpoint comes when it is released");
    }

    private void Give(params SupervisorEvent[] events)
    {
        foreach (SupervisorEvent happened in events) (_state, _effects) = SupervisorProtocol.Next(_state, happened);
    }
}
