using System;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Protocol;

/// <summary>A hold is silent only while all ranks are, one at a time, and ends with the attempt.</summary>
[TestFixture]
public sealed class JobHoldTests
{
    private SupervisorState _state = null!;
    private ImmutableArray<SupervisorEffect> _effects = [];

    [SetUp]
    public void StartJob()
    {
        _state = new SupervisorState(RestartsMax: 3) { Ranks = 2, RanksMin = 2 };
        Happens(new Begin());
        Happens(new RankConnected(1, 0));
        Happens(new RankConnected(1, 1));
    }

    [Test]
    public void It_is_silent_when_all_ranks_are_and_over_when_all_have_gone_on()
    {
        Happens(new HoldAsked(TimeSpan.FromSeconds(60)));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToHold(1, TimeSpan.FromSeconds(60)) }));
        Happens(new RankHeld(1, 1, 1));
        Assert.That(_state.Hold!.IsSilent(2), Is.False);
        Happens(new RankHeld(1, 0, 1));
        Assert.That(_state.Hold!.IsSilent(2), Is.True);
        Happens(new HoldAsked(TimeSpan.FromSeconds(1)));
        Assert.That(_effects, Is.Empty, "one at a time");
        Happens(new ReleaseAsked());
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToGoOn(1) }));
        Assert.That(_state.Hold!.IsSilent(2), Is.False);
        Happens(new RankHoldEnded(1, 0, 1, ""));
        Assert.That(_state.Hold!.IsOver, Is.False);
        Happens(new RankHoldEnded(1, 1, 1, ""));
        Assert.That((_state.Hold!.IsOver, _state.Hold.Trouble), Is.EqualTo((true, "")));
        Happens(new HoldAsked(TimeSpan.FromSeconds(1)));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToHold(2, TimeSpan.FromSeconds(1)) }));
        Happens(new RankHeld(1, 0, 1));
        Assert.That(_state.Hold!.Held, Is.Empty, "a word of the hold before");
    }

    [Test]
    public void A_rank_that_goes_on_by_itself_ends_it_for_all_and_rank_0_knows_best_why()
    {
        Happens(new HoldAsked(TimeSpan.FromSeconds(60)));
        Happens(new RankHoldEnded(1, 1, 1, "the job did not fall silent"));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToGoOn(1) }));
        Assert.That(_state.Hold!.Trouble, Is.EqualTo("the job did not fall silent"));
        Happens(new RankHoldEnded(1, 0, 1, ""));
        Assert.That((_state.Hold!.IsOver, _state.Hold.Trouble), Is.EqualTo((true, "the job did not fall silent")));

        Happens(new HoldAsked(TimeSpan.FromSeconds(60)));
        Happens(new RankHoldEnded(1, 0, 2, "a request is live"));
        Assert.That(_state.Hold!.Trouble, Is.EqualTo("a request is live"));
    }

    [Test]
    public void The_end_of_the_attempt_is_its_end_and_is_no_success()
    {
        Happens(new HoldAsked(TimeSpan.FromSeconds(60)));
        Happens(new RankHeld(1, 0, 1));
        Happens(new RankLost(1, 1));
        Assert.That(_effects.Single(), Is.InstanceOf<EndAttempt>());
        Assert.That(_state.Hold!.IsOver, Is.True);
        Assert.That(_state.Hold.Trouble, Does.Contain("the attempt ended"));
        Happens(new ReleaseAsked());
        Assert.That(_effects, Is.Empty);
    }

    [Test]
    public void Survivors_of_a_loss_that_is_repaired_are_told_that_the_hold_is_over_before_they_begin_anew()
    {
        _state = _state with { RepairsInJob = true };
        Happens(new HoldAsked(TimeSpan.FromSeconds(60)));
        Happens(new RankHeld(1, 0, 1));
        Happens(new RankLost(1, 1));
        Assert.That(_effects, Is.EqualTo(new SupervisorEffect[] { new AskRanksToGoOn(1), new RepairLinks(1, 1) }));
        Assert.That(_state.Hold!.IsOver, Is.True);
    }

    [Test]
    public void Before_the_first_rank_nothing_can_be_held()
    {
        _state = new SupervisorState(RestartsMax: 3) { Ranks = 2, RanksMin = 2 };
        Happens(new Begin());
        Happens(new HoldAsked(TimeSpan.FromSeconds(60)));
        Assert.That((_effects.Length, _state.Hold), Is.EqualTo((0, (JobHold?)null)));
    }

    private void Happens(SupervisorEvent happened) => (_state, _effects) = SupervisorProtocol.Next(_state, happened);
}
