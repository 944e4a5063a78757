using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Protocol;

[TestFixture]
public sealed class SupervisorProtocolTests
{
    private const int RestartsMax = 3;

    public static IEnumerable<TestCaseData> EveryPair() =>
        from phase in Enum.GetValues<SupervisorPhase>()
        from happened in TransitionTable.Events
        select new TestCaseData(phase, happened).SetArgDisplayNames(phase.ToString(), happened.GetType().Name);

    [TestCaseSource(nameof(EveryPair))]
    public void Every_phase_answers_every_event_as_the_table_says(object phase, object happened)
    {
        var from = (SupervisorPhase)phase;
        string name = happened.GetType().Name;
        int row = Array.FindIndex(TransitionTable.Rows, row => row.From == from && row.Event == name);
        (SupervisorPhase to, string[] effects) = row >= 0 ? (TransitionTable.Rows[row].To, TransitionTable.Rows[row].Effects) : (from, []);
        var hosts = HostPool.Of([new HostSlots("a", 1)], [new HostSlots("b", 1)]);
        var state = new SupervisorState(RestartsMax) { Phase = from, Attempt = TransitionTable.Attempt, RankSeen = true, Hosts = hosts, Where = hosts.Place(1, 1) };

        (SupervisorState next, ImmutableArray<SupervisorEffect> done) = SupervisorProtocol.Next(state, (SupervisorEvent)happened);

        Assert.That(next.Phase, Is.EqualTo(to));
        Assert.That(done.Select(effect => effect.GetType().Name), Is.EqualTo(effects));
    }

    [TestCaseSource(nameof(EveryPair))]
    public void What_an_earlier_attempt_still_says_is_ignored(object phase, object happened)
    {
        if (happened is not AttemptEvent late) return;
        var state = new SupervisorState(RestartsMax) { Phase = (SupervisorPhase)phase, Attempt = late.Attempt + 1, RankSeen = true };
        (SupervisorState next, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(state, late);
        Assert.That(next, Is.EqualTo(state));
        Assert.That(effects, Is.Empty);
    }

    [Test]
    public void A_job_whose_ranks_end_well_succeeds()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Give(new RankFinished(1, 0, 0, EndedEarly: false));
        job.Exit(ExitStatus.OfCode(0));
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.Succeeded));
    }

    [TestCase(true, JobOutcome.InterruptedSaved)]
    [TestCase(false, JobOutcome.Interrupted)]
    public void A_job_that_stops_by_itself_before_its_time_is_up_has_not_succeeded(bool isSaved, JobOutcome outcome)
    {
        var job = new ProtocolDrive(RestartsMax);
        if (isSaved) job.Commit(step: 10);
        job.Give(new RankFinished(1, 0, 0, EndedEarly: true));
        job.Exit(ExitStatus.OfCode(0));
        Assert.That(job.Outcome, Is.EqualTo(outcome));
        Assert.That(job.Launches, Is.EqualTo(1));
    }

    [Test]
    public void A_lost_rank_is_replaced_within_the_job_where_that_is_wanted_and_the_launcher_s_word_about_the_dead_one_counts_for_nothing()
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 2, repairsInJob: true);
        job.Give(new RankConnected(1, 0), new RankConnected(1, 1), new RankLost(1, 1), new RankConnected(1, 1), new RankRestored(1, 1));
        job.Give(new RankFinished(1, 0, 0, EndedEarly: false), new RankFinished(1, 1, 0, EndedEarly: false));
        job.Exit(ExitStatus.OfSignal(9));
        Assert.That((job.Outcome, job.Launches), Is.EqualTo((JobOutcome.Succeeded, 1)));
        Assert.That(job.Repaired, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void A_rank_that_is_lost_while_a_replacement_is_awaited_leads_to_another_attempt()
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 3, repairsInJob: true);
        job.Give(new RankConnected(1, 0), new RankLost(1, 1), new RankLost(1, 2));
        Assert.That(job.Phase, Is.EqualTo(SupervisorPhase.Ending));
        Assert.That(job.Repaired, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void A_replacement_that_does_not_come_leads_to_another_attempt_and_one_that_came_is_not_called_late()
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 2, repairsInJob: true);
        job.Give(new RankConnected(1, 0), new RankLost(1, 1), new RankRestored(1, 0), new RankRestored(1, 1), new RepairDeadlineReached(1, 1));
        Assert.That(job.Phase, Is.EqualTo(SupervisorPhase.Running));
        job.Give(new RankLost(1, 0), new RepairDeadlineReached(1, 1));
        Assert.That(job.Phase, Is.EqualTo(SupervisorPhase.Running), "that was the deadline of the repair before");
        job.Give(new RepairDeadlineReached(1, 2));
        Assert.That(job.Phase, Is.EqualTo(SupervisorPhase.Ending));
    }

    [Test]
    public void A_repair_counts_as_a_restart()
    {
        var job = new ProtocolDrive(restartsMax: 2, ranks: 2, repairsInJob: true);
        for (int i = 0; i < 3; i++) job.Give(new RankConnected(1, 0), new RankLost(1, 1), new RankRestored(1, 1));
        Assert.That(job.Repaired, Has.Count.EqualTo(2));
        Assert.That(job.Phase, Is.EqualTo(SupervisorPhase.Ending));
    }

    [Test]
    public void A_launcher_that_outlives_its_ranks_ends_with_0_and_is_not_believed_when_they_did_not_finish()
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 2, repairsInJob: true);
        job.Give(new RankConnected(1, 0), new RankFinished(1, 0, 0, EndedEarly: false));
        job.Exit(ExitStatus.OfCode(0));
        Assert.That((job.Phase, job.Attempt), Is.EqualTo((SupervisorPhase.Running, 2)), "rank 1 was not heard of");
    }

    [Test]
    public void A_rank_moves_after_a_checkpoint_and_that_counts_as_no_restart()
    {
        var job = new ProtocolDrive(restartsMax: 1, ranks: 2, repairsInJob: true);
        for (int i = 0; i < 3; i++)
        {
            job.Give(new RankConnected(1, 0), new RankConnected(1, 1), new MoveAsked(1, "a", "b"));
            Assert.That((job.CheckpointsAskedFor, job.Moved.Count), Is.EqualTo((i + 1, i)), "nothing moves before the checkpoint");
            job.Commit(step: 10 + i);
            job.Commit(step: 10 + i);
            Assert.That(job.Moved, Has.Count.EqualTo(i + 1));
            job.Give(new RankRestored(1, 1));
        }

        Assert.That(job.Moved, Is.All.EqualTo((1, "b")));
        job.Give(new RankLost(1, 0));
        Assert.That(job.Repaired, Is.EqualTo(new[] { 0 }), "the restarts are not used up");
    }

    [Test]
    public void A_loss_before_the_checkpoint_ends_the_wish_to_move()
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 3, repairsInJob: true);
        job.Give(new RankConnected(1, 0), new MoveAsked(1, "a", "b"), new RankLost(1, 2), new RankRestored(1, 2));
        job.Commit(step: 5);
        Assert.That(job.Repaired, Is.EqualTo(new[] { 2 }));
        Assert.That(job.Moved, Is.Empty);
    }

    [Test]
    public void A_move_that_nobody_waits_for_any_more_does_not_happen()
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 3, repairsInJob: true);
        job.Give(new RankConnected(1, 0), new MoveAsked(1, "a", "b"), new MoveGivenUp());
        job.Commit(step: 5);
        Assert.That(job.Moved, Is.Empty);
    }

    [Test]
    public void Spares_are_warm_in_the_first_attempt_only_and_one_that_does_not_answer_costs_one_attempt()
    {
        var hosts = HostPool.Of([new HostSlots("a", 1), new HostSlots("b", 1)], [new HostSlots("c", 1)]);
        var state = new SupervisorState(RestartsMax) { Ranks = 2, RanksMin = 2, RepairsInJob = true, WarmSpares = true, Hosts = hosts };
        (state, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(state, new Begin());
        Assert.That(((LaunchAttempt)effects.Single()).Beside, Is.EqualTo(new[] { new HostSlots("c", 1) }));
        Assert.That(state.Named, Is.EquivalentTo(new[] { "a", "b", "c" }));
        (SupervisorState seen, _) = SupervisorProtocol.Next(state, new RankConnected(1, 0));
        Assert.That(SupervisorProtocol.Next(seen, new StartDeadlineReached(1)).Effects, Is.Empty, "a rank was heard of");

        foreach (SupervisorEvent happened in (SupervisorEvent[])[new StartDeadlineReached(1), new AttemptEnded(1, null), new BackoffElapsed(1)]) (state, effects) = SupervisorProtocol.Next(state, happened);
        Assert.That(((LaunchAttempt)effects.Single()).Beside, Is.Empty);
        Assert.That(state.Named, Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public void A_spare_that_does_not_answer_at_the_start_ends_the_attempt_and_one_that_is_lost_later_does_not()
    {
        var hosts = HostPool.Of([new HostSlots("a", 1), new HostSlots("b", 1)], [new HostSlots("c", 1)]);
        var state = new SupervisorState(RestartsMax) { Ranks = 2, RanksMin = 2, RepairsInJob = true, WarmSpares = true, Hosts = hosts };
        (state, _) = SupervisorProtocol.Next(state, new Begin());
        Assert.That(SupervisorProtocol.Next(state, new HostLost(1, "c")).State.Phase, Is.EqualTo(SupervisorPhase.Ending));
        (state, _) = SupervisorProtocol.Next(state, new RankConnected(1, 0));
        Assert.That(SupervisorProtocol.Next(state, new HostLost(1, "c")).State.Phase, Is.EqualTo(SupervisorPhase.Running));
    }

    [Test]
    public void A_second_rank_does_not_move_while_the_first_is_on_its_way()
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 3, repairsInJob: true);
        job.Give(new RankConnected(1, 0), new MoveAsked(1, "a", "b"));
        job.Commit(step: 5);
        job.Give(new MoveAsked(2, "a", "c"));
        job.Commit(step: 6);
        Assert.That(job.Moved, Is.EqualTo(new[] { (1, "b") }));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public void A_rank_that_fails_by_itself_or_whose_neighbours_have_finished_is_not_replaced(bool hasFailed, bool haveFinished)
    {
        var job = new ProtocolDrive(RestartsMax, ranks: 2, repairsInJob: true);
        job.Give(new RankConnected(1, 0));
        if (hasFailed) job.Give(new RankFailed(1, 1, new FailureSignature("E", "m", 3)));
        if (haveFinished) job.Give(new RankFinished(1, 0, 0, EndedEarly: false));
        job.Give(new RankLost(1, 1));
        Assert.That(job.Repaired, Is.Empty);
        Assert.That(job.Phase, Is.EqualTo(SupervisorPhase.Ending));
    }

    [Test]
    public void A_lost_rank_leads_to_another_attempt_until_the_restarts_are_used_up()
    {
        var job = new ProtocolDrive(RestartsMax);
        for (int i = 0; i <= RestartsMax; i++) job.Lose();
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.GaveUp));
        Assert.That(job.Launches, Is.EqualTo(RestartsMax + 1));
    }

    [Test]
    public void Without_restarts_the_first_loss_is_the_end()
    {
        var job = new ProtocolDrive(restartsMax: 0);
        job.Lose();
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.GaveUp));
        Assert.That(job.Launches, Is.EqualTo(1));
    }

    [Test]
    public void The_same_exception_at_the_same_step_is_not_tried_a_third_time_even_with_progress_in_between()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Commit(step: 10);
        job.Fail("overflow", step: 17);
        job.Commit(step: 15);
        job.Fail("overflow", step: 17);
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.ProgramFailed));
        Assert.That(job.Launches, Is.EqualTo(2));
    }

    [Test]
    public void The_same_exception_at_another_step_is_tried_again()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Commit(step: 10);
        job.Fail("disk full", step: 17);
        job.Commit(step: 20);
        job.Fail("disk full", step: 23);
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.None));
    }

    [Test]
    public void The_same_exit_code_twice_without_progress_is_a_failure_of_the_program()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Exit(ExitStatus.OfCode(3));
        job.Exit(ExitStatus.OfCode(3));
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.ProgramFailed));
        Assert.That(job.Status, Is.EqualTo(ExitStatus.OfCode(3)));
    }

    [Test]
    public void The_same_exit_code_with_progress_in_between_is_tried_again()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Exit(ExitStatus.OfCode(3));
        job.Commit(step: 10);
        job.Exit(ExitStatus.OfCode(3));
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.None));
    }

    [Test]
    public void A_kill_from_outside_twice_is_no_failure_of_the_program_but_a_crash_twice_is()
    {
        var killed = new ProtocolDrive(RestartsMax);
        killed.Exit(ExitStatus.OfSignal(9));
        killed.Exit(ExitStatus.OfSignal(9));
        Assert.That(killed.Outcome, Is.EqualTo(JobOutcome.None));
        var crashed = new ProtocolDrive(RestartsMax);
        crashed.Exit(ExitStatus.OfSignal(11));
        crashed.Exit(ExitStatus.OfSignal(11));
        Assert.That(crashed.Outcome, Is.EqualTo(JobOutcome.ProgramFailed));
    }

    [Test]
    public void Progress_takes_the_back_off_back_to_its_beginning()
    {
        var job = new ProtocolDrive(restartsMax: 10);
        job.Lose();
        job.Lose();
        job.Commit(step: 10);
        job.Lose();
        job.Lose();
        Assert.That(job.Backoffs, Is.EqualTo(new[] { 1, 2, 1, 2 }));
    }

    [Test]
    public void A_commit_of_an_older_step_is_no_progress()
    {
        var job = new ProtocolDrive(restartsMax: 10);
        job.Commit(step: 10);
        job.Lose();
        job.Commit(step: 10);
        job.Lose();
        Assert.That(job.Backoffs, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void A_stop_with_a_checkpoint_after_it_is_told_from_one_without()
    {
        var saved = new ProtocolDrive(RestartsMax);
        saved.Give(new RankConnected(1, 0), new StopAsked(2));
        saved.Commit(step: 10);
        saved.Give(new RankFinished(1, 0, 0, EndedEarly: true));
        saved.Exit(ExitStatus.OfCode(0));
        Assert.That(saved.Outcome, Is.EqualTo(JobOutcome.InterruptedSaved));
        var unsaved = new ProtocolDrive(RestartsMax);
        unsaved.Give(new RankConnected(1, 0));
        unsaved.Commit(step: 10);
        unsaved.Give(new StopAsked(2), new StopAsked(2), new AttemptEnded(1, null));
        Assert.That(unsaved.Outcome, Is.EqualTo(JobOutcome.Interrupted));
    }

    [Test]
    public void A_job_that_ends_normally_although_it_was_asked_to_stop_has_succeeded()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Give(new RankConnected(1, 0), new StopAsked(2), new RankFinished(1, 0, 0, EndedEarly: false));
        job.Exit(ExitStatus.OfCode(0));
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.Succeeded));
    }

    [Test]
    public void A_stopped_job_that_loses_a_rank_is_not_relaunched()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Give(new RankConnected(1, 0), new StopAsked(15));
        job.Lose();
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.Interrupted));
        Assert.That(job.Launches, Is.EqualTo(1));
    }

    [Test]
    public void A_stop_asked_while_an_attempt_is_being_ended_is_not_forgotten()
    {
        var job = new ProtocolDrive(RestartsMax);
        job.Give(new RankLost(1, 0), new StopAsked(2), new AttemptEnded(1, ExitStatus.OfSignal(9)));
        Assert.That(job.Outcome, Is.EqualTo(JobOutcome.Interrupted));
    }

    [Test]
    public void A_program_that_does_not_use_the_library_just_gets_the_signal()
    {
        var state = new SupervisorState(RestartsMax) { Phase = SupervisorPhase.Running, Attempt = 1 };
        (_, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(state, new StopAsked(15));
        Assert.That(effects, Is.EqualTo(new SupervisorEffect[] { new ForwardSignal(15) }));
    }

    [Test]
    public void Whatever_happens_the_job_ends_within_its_bound_of_attempts()
    {
        for (int seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            int restartsMax = random.Next(0, 8);
            var job = new ProtocolDrive(restartsMax);
            int events = 0;
            while (job.Outcome == JobOutcome.None)
            {
                Assert.That(events++, Is.LessThan(1_000 * (restartsMax + 1)), $"seed {seed}: the job does not end");
                job.Give(RandomEvent(random, job.Attempt));
                job.AnswerEffects(random);
                Assert.That(job.Launches, Is.LessThanOrEqualTo(restartsMax + 1), $"seed {seed}");
            }

            SupervisorPhase phase = job.Phase;
            Assert.That(phase, Is.EqualTo(SupervisorPhase.Done), $"seed {seed}");
        }
    }

    private static SupervisorEvent RandomEvent(Random random, int attempt)
    {
        int of = random.Next(5) == 0 ? Math.Max(0, attempt - 1) : attempt;
        return random.Next(40) switch
        {
            0 => new StopAsked(15),
            1 or 2 => new RankLost(of, 0),
            3 => new LauncherExited(of, ExitStatus.OfCode(random.Next(3))),
            4 => new LauncherExited(of, ExitStatus.OfSignal(9)),
            5 => new Stalled(of),
            6 => new StopDeadlineReached(of),
            < 15 => new RankCommitted(of, 0, random.Next(100), 1),
            < 18 => new RankFailed(of, 0, new FailureSignature("E", "m", random.Next(4))),
            < 22 => new RankFinished(of, 0, 0, random.Next(2) == 0),
            < 28 => new RankConnected(of, 0),
            < 30 => new CheckpointAsked(),
            _ => new SignalArrived(10),
        };
    }
}
