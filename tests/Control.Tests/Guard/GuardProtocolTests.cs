using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>Single turns of the protocol: alerts, refusals, outcomes, words of administrators.</summary>
[TestFixture]
internal sealed class GuardProtocolTests
{
    [Test]
    public void A_destination_that_refuses_leads_to_the_next_then_to_a_checkpoint_and_then_the_guest_stays()
    {
        var policy = new PolicyOptions { CanSave = true, AttemptsMax = 2, IntervalMin = TimeSpan.FromDays(1), IntervalMax = TimeSpan.FromDays(1) };
        GuardState state = Fleet.RedA(policy);
        var story = new List<string>();
        GuardEvent? next = new Looked(Fleet.Of("vm1@a"));
        for (int turn = 0; turn < 20 && next is not null; turn++)
        {
            (state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(state, next);
            story.AddRange(effects.Where(static one => one is Move or Save).Select(static one => one is Move move ? "move to " + move.Step.To : "save"));
            next = effects.Select(static effect => effect switch
            {
                Move move => new MoveCame(move.Step.Id, new MoveResult(MoveEnding.Failed, TimeSpan.Zero, TimeSpan.Zero, 0, "no")),
                Save save => new SaveCame(save.Step.Id, true, TimeSpan.FromSeconds(1), ""),
                Look => new Looked(Fleet.Of("vm1@a")),
                _ => (GuardEvent?)null,
            }).FirstOrDefault(static one => one is not null);
        }

        Assert.That(story, Is.EqualTo(new[] { "move to b", "move to c", "save" }));
        Assert.That(state.Cases[1].Fates["vm1"], Is.EqualTo(GuestFate.Stays));
        Assert.That(state.Cases[1].Phase, Is.EqualTo(CasePhase.Watching));
    }

    [Test]
    public void Further_alerts_of_a_host_belong_to_its_open_case_and_one_that_is_played_again_opens_none()
    {
        (GuardState state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(Fleet.RedA(), Fleet.Judged(Fleet.Noon + 60, ("a", 0.9, true, true)));
        Assert.That(Records(effects), Is.Empty);
        state = state.With(new CaseActed(Fleet.Noon, 1)).With(new CaseClosed(Fleet.Noon, 1, CaseOutcome.NothingHappened));
        (_, effects) = GuardProtocol.Next(state, Fleet.Judged(Fleet.Noon, ("a", 0.6, true, true)));
        Assert.That(Records(effects), Is.Empty, "the same alert");
        (_, effects) = GuardProtocol.Next(state, Fleet.Judged(Fleet.Noon + 1, ("a", 0.6, true, true)));
        Assert.That(Records(effects).Single(), Is.InstanceOf<CaseOpened>(), "another one");
    }

    [Test]
    public void A_guest_that_vanishes_from_a_sick_host_is_missed_and_the_case_goes_on()
    {
        GuardState state = Fleet.RedA(Fleet.Policy with { MigrationsPerHourMax = 0 });
        (state, _) = GuardProtocol.Next(state, new Looked(Fleet.Of("vm1@a", "vm2@a")));
        (state, ImmutableArray<GuardEffect> asks) = GuardProtocol.Next(state, Fleet.Judged(Fleet.Noon + 60, ("a", 0.6, true, false)));
        Assert.That(asks.OfType<Look>(), Is.Not.Empty, "a case that waits is looked at at every judgement");
        (state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(state, new Looked(Fleet.Of("vm2@a", "vm1@c")));
        Assert.That(Records(effects).OfType<GuestLeft>().Single(), Is.EqualTo(new GuestLeft(Fleet.Noon + 60, 1, "vm1", true, "somebody has moved it to c")));
        Assert.That(state.Cases[1].Fates["vm1"], Is.EqualTo(GuestFate.Gone));
        Assert.That(state.Cases[1].Phase, Is.EqualTo(CasePhase.Acting), "vm2 is still there");
    }

    [Test]
    public void A_hypervisor_that_cannot_be_asked_stops_everything_and_is_told_once()
    {
        (GuardState state, ImmutableArray<GuardEffect> first) = GuardProtocol.Next(Fleet.RedA(), new LookFailed("it hangs"));
        Assert.That(first, Is.EqualTo(new GuardEffect[] { new Tell(Fleet.Noon, 0, "the hypervisor cannot be asked, and nothing is done: it hangs") }));
        (state, _) = GuardProtocol.Next(state, Fleet.Judged(Fleet.Noon + 60, ("a", 0.6, true, false)));
        (_, ImmutableArray<GuardEffect> second) = GuardProtocol.Next(state, new LookFailed("it hangs"));
        Assert.That(second, Is.Empty);
    }

    [Test]
    public void A_failure_proves_the_alarm_right_and_one_without_an_alarm_is_missed()
    {
        GuardState state = Fleet.RedA().With(new CaseActed(Fleet.Noon, 1));
        (state, _) = GuardProtocol.Next(state, new HostFailed(Fleet.Noon + 600, "a", "disk"));
        Assert.That(state.Closed.Single().Outcome, Is.EqualTo(CaseOutcome.HostFailed));
        (state, _) = GuardProtocol.Next(state, new HostFailed(Fleet.Noon + 900, "a", "disk"));
        Assert.That(state.Missed, Is.Zero, "two reports of one failure are one failure");
        (state, _) = GuardProtocol.Next(state, new HostFailed(Fleet.Noon + 900, "b", "disk"));
        Assert.That(state.Missed, Is.EqualTo(1));
        HpcVirt.Control.Guard.GuardReport report = HpcVirt.Control.Guard.GuardReport.Of(state);
        Assert.That((report.Precision, report.Recall), Is.EqualTo(((double?)1.0, (double?)0.5)));
    }

    [Test]
    public void Without_anything_to_count_precision_and_recall_are_not_zero_but_unknown()
    {
        HpcVirt.Control.Guard.GuardReport report = HpcVirt.Control.Guard.GuardReport.Of(Fleet.RedA());
        Assert.That((report.Precision, report.Recall), Is.EqualTo(((double?)null, (double?)null)));
    }

    [Test]
    public void A_horizon_that_ends_without_a_failure_makes_the_alarm_false()
    {
        GuardState state = Fleet.RedA().With(new CaseActed(Fleet.Noon, 1));
        long end = Fleet.Noon + (long)Fleet.Policy.Horizon.TotalSeconds;
        (state, _) = GuardProtocol.Next(state, Fleet.Judged(end - 1));
        Assert.That(state.Closed, Is.Empty);
        (state, _) = GuardProtocol.Next(state, Fleet.Judged(end));
        Assert.That(state.Closed.Single().Outcome, Is.EqualTo(CaseOutcome.NothingHappened));
    }

    [Test]
    public void A_case_that_still_waits_when_its_horizon_ends_is_over_too()
    {
        (GuardState state, _) = GuardProtocol.Next(Fleet.RedA(Fleet.Policy with { MigrationsPerHourMax = 0 }), new Looked(Fleet.Of("vm1@a")));
        Assert.That(state.Cases[1].Phase, Is.EqualTo(CasePhase.Acting));
        (state, _) = GuardProtocol.Next(state, Fleet.Judged(Fleet.Noon + (long)Fleet.Policy.Horizon.TotalSeconds, ("a", 0.6, true, false)));
        Assert.That(state.Closed.Single().Outcome, Is.EqualTo(CaseOutcome.NothingHappened));
    }

    [Test]
    public void An_answer_that_nobody_asked_for_moves_nothing()
    {
        (_, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(Fleet.RedA() with { IsLooking = false }, new Looked(Fleet.Of("vm1@a")));
        Assert.That(effects, Is.Empty);
    }

    [Test]
    public void A_verdict_is_taken_in_once_and_its_word_forgotten_after_it_is_on_the_disk()
    {
        GuardState state = Fleet.RedA().With(new CaseActed(Fleet.Noon, 1));
        (state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(state, new HostChecked("a", true, "anna", "word-1"));
        Assert.That(effects.Select(static one => one.GetType().Name), Is.EqualTo(new[] { "Commit", "Tell", "Commit", "Tell", "Forget" }));
        Assert.That(state.Closed.Single().Outcome, Is.EqualTo(CaseOutcome.FoundFaulty));
        (_, effects) = GuardProtocol.Next(state, new HostChecked("a", true, "anna", "word-1"));
        Assert.That(effects, Is.EqualTo(new GuardEffect[] { new Forget("word-1") }), "found again after a crash");
    }

    [Test]
    public void While_risk_is_raised_checkpoints_follow_the_interval_and_end_with_it()
    {
        var policy = new PolicyOptions { CanSave = true, AmberFrom = 0.2, SaveCost = TimeSpan.FromSeconds(10), IntervalMin = TimeSpan.FromMinutes(10), IntervalMax = TimeSpan.FromMinutes(10) };
        var state = new GuardState(policy);
        var savedAtS = new List<long>();
        for (long second = 0; second < 3600; second += 60)
        {
            double risk = second is >= 600 and < 2400 ? 0.3 : 0.01;
            (state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(state, Fleet.Judged(Fleet.Noon + second, ("a", risk, false, false)));
            if (effects.OfType<Save>().FirstOrDefault() is not { } save) continue;
            savedAtS.Add(second);
            // Also a checkpoint that fails is not tried again at once.
            (state, _) = GuardProtocol.Next(state, new SaveCame(save.Step.Id, savedAtS.Count != 2, TimeSpan.FromSeconds(1), ""));
        }

        Assert.That(savedAtS, Is.EqualTo(new long[] { 600, 1200, 1800 }));
    }

    [Test]
    public void An_answer_to_a_step_that_is_over_changes_nothing()
    {
        (GuardState state, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(Fleet.RedA(), new MoveCame(7, new MoveResult(MoveEnding.Arrived, TimeSpan.Zero, TimeSpan.Zero, 0, "")));
        Assert.That((state, effects.Length), Is.EqualTo((state, 0)));
        Assert.That(state.Current, Is.Null);
    }

    private static IEnumerable<GuardRecord> Records(ImmutableArray<GuardEffect> effects) => effects.OfType<Commit>().Select(static one => one.Record);
}
