using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Real jobs under <c>hpcvirt run</c> and <c>hpcvirt rehearse</c>.</summary>
[TestFixture("openmpi")]
[TestFixture("mpich")]
internal sealed partial class SupervisedTests(string mpi)
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-supervised-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_job_that_loses_two_ranks_ends_with_the_result_of_the_unbroken_one()
    {
        string unbroken = ResultOf(Run([], "steps=300"));
        MpiOutcome broken = Run(["--checkpoints", _folder, "--seed", "11", "--rehearse-kill", "1", "--rehearse-kill", "3"], "steps=300");
        Assert.That(ResultOf(broken), Is.EqualTo(unbroken));
        Assert.That(SaysContinues().Matches(broken.Output), Has.Count.EqualTo(2), broken.Output);
        Assert.That(SaysContinues().Matches(broken.Output).Select(match => long.Parse(match.Groups[1].Value)), Has.All.Positive);
    }

    [Test]
    public void A_job_that_takes_in_a_replacement_ends_with_the_result_of_the_unbroken_one_and_is_launched_once()
    {
        if (mpi == "mpich") Assert.Ignore("MPICH 4.0 cannot start ranks within a job");
        string unbroken = ResultOf(Run([], "steps=300"));
        MpiOutcome broken = Run(["--checkpoints", _folder, "--seed", "11", "--strategy", "spawn", "--rehearse-kill", "2"], "steps=300");
        Assert.That(ResultOf(broken), Is.EqualTo(unbroken));
        Assert.That(SaysContinues().Matches(broken.Output), Has.Count.EqualTo(1), broken.Output);
        Assert.That(broken.Output, Does.Contain("take in a replacement").And.Not.Contain("starts in"), "a relaunch");
    }

    [TestCase("--rehearse-kill", "2")]

    // Far apart: a kill during the repair of the one before is answered by a relaunch, and a checkpoint that is under way when a rank dies may still be committed.
    [TestCase("--rehearse-kill", "1@0", "--rehearse-kill", "7@1")]
    public void Processes_that_wait_take_the_places_of_lost_ranks_and_the_job_is_launched_once(params string[] kills)
    {
        if (mpi == "mpich") Assert.Ignore("MPICH 4.0 ends the whole job when it loses a rank");
        string unbroken = ResultOf(Run([], "steps=300"));
        MpiOutcome broken = Run(["--checkpoints", _folder, "--seed", "11", "--strategy", "standby", "--standbys", "2", .. kills], "steps=300");
        Assert.That(ResultOf(broken), Is.EqualTo(unbroken));
        Assert.That(SaysContinues().Matches(broken.Output), Has.Count.EqualTo(kills.Length / 2), broken.Output);
        Assert.That(broken.Output, Does.Contain("a process that waited takes the place").And.Not.Contain("starts in"), "a relaunch");
    }

    [Test]
    public void When_nobody_waits_any_more_the_job_is_launched_anew_with_others_who_wait()
    {
        if (mpi == "mpich") Assert.Ignore("MPICH 4.0 ends the whole job when it loses a rank");
        string unbroken = ResultOf(Run([], "steps=300"));
        MpiOutcome broken = Run(
            ["--checkpoints", _folder, "--seed", "11", "--strategy", "standby", "--rehearse-kill", "1", "--rehearse-kill", "3", "--rehearse-kill", "6"], "steps=300");
        Assert.That(ResultOf(broken), Is.EqualTo(unbroken));
        Assert.That(broken.Output.Split("a process that waited takes the place"), Has.Length.EqualTo(3), broken.Output);
        Assert.That(broken.Output.Split("starts in"), Has.Length.EqualTo(2), broken.Output);
    }

    [Test]
    public void Whether_a_repair_holds_or_a_relaunch_follows_the_result_is_that_of_the_unbroken_one()
    {
        if (mpi == "mpich") Assert.Ignore("MPICH 4.0 cannot start ranks within a job");
        string unbroken = ResultOf(Run([], "steps=300"));
        MpiOutcome broken = Run(
            ["--checkpoints", _folder, "--seed", "11", "--strategy", "spawn", "--rehearse-kill", "1", "--rehearse-kill", "3", "--rehearse-kill", "6"], "steps=300");
        Assert.That(ResultOf(broken), Is.EqualTo(unbroken));
        Assert.That(broken.Output, Does.Contain("take in a replacement"));
    }

    [Test]
    public void Where_the_mpi_cannot_start_ranks_the_strategy_is_refused()
    {
        if (mpi == "openmpi") Assert.Pass("it can");
        MpiOutcome refused = Run(["--strategy", "spawn"], "steps=10");
        Assert.That(refused.ExitCode, Is.EqualTo(64), refused.Output);
        Assert.That(refused.Output, Does.Contain("starts none within a job"));
    }

    [Test]
    public void Where_the_launcher_knows_no_fault_tolerance_the_strategy_is_refused_before_anything_is_launched()
    {
        if (mpi == "mpich") Assert.Pass("refused like every strategy within the job");
        MpiOutcome refused = Run(["--strategy", "ulfm"], "steps=10");
        if (refused.Output.Contains("of Open MPI 5", StringComparison.Ordinal)) Assert.Pass("this Open MPI can");
        Assert.That(refused.ExitCode, Is.EqualTo(64), refused.Output);
        Assert.That(refused.Output, Does.Contain("cannot start fault-tolerant jobs").And.Contain("with-ft").And.Not.Contain("3 ranks under"));
    }

    [Test]
    public void Without_restoring_every_attempt_starts_over()
    {
        MpiOutcome broken = Run(["--checkpoints", _folder, "--seed", "11", "--no-restore", "--rehearse-kill", "2"], "steps=300");
        Assert.That(broken.ExitCode, Is.Zero, broken.Output);
        Assert.That(broken.Output, Does.Contain("restoring is switched off"));
        Assert.That(SaysContinues().Matches(broken.Output), Is.Empty);
    }

    [Test]
    public void A_program_that_fails_by_itself_is_not_retried_for_ever()
    {
        MpiOutcome failed = Run(["--checkpoints", _folder], "steps=300", "throw=150@1");
        Assert.That(failed.ExitCode, Is.Not.Zero);
        Assert.That(failed.Output, Does.Contain("thrown on purpose at step 150"));
        Assert.That(failed.Output.Split("starts in ").Length - 1, Is.LessThanOrEqualTo(1), $"one more attempt at the most:\n{failed.Output}");
    }

    [Test]
    public void A_job_that_is_to_stop_after_its_next_checkpoint_does_and_the_same_command_goes_on()
    {
        string unbroken = ResultOf(Run([], "steps=100"));
        MpiOutcome stopped = Run(["--checkpoints", _folder, "--stop-after-checkpoint"], "steps=100");
        Assert.That(stopped.ExitCode, Is.EqualTo(75), stopped.Output);
        Assert.That(stopped.Output, Does.Contain("stops before step 20: it was to stop after its next checkpoint"));
        MpiOutcome second = Run(["--checkpoints", _folder], "steps=100");
        Assert.That(second.Output, Does.Contain("continues at step 20"));
        Assert.That(ResultOf(second), Is.EqualTo(unbroken));
    }

    [Test]
    public void A_job_whose_wall_time_ends_stops_before_it_with_a_checkpoint_at_that_very_step()
    {
        MpiOutcome stopped = Run(["--checkpoints", _folder, "--walltime", "35s"], "steps=1000000", "pace=5");
        Assert.That(stopped.ExitCode, Is.EqualTo(75), stopped.Output);
        long step = long.Parse(SaysStops().Match(stopped.Output).Groups[1].Value);
        MpiOutcome second = Run(["--checkpoints", _folder], $"steps={step + 10}");
        Assert.That(second.Output, Does.Contain($"continues at step {step},"), "not one step is lost");
    }

    [Test]
    public void A_batch_systems_SIGTERM_to_one_rank_saves_and_ends_the_whole_job_and_the_same_command_goes_on()
    {
        string unbroken = ResultOf(Run([], "steps=300"));
        MpiOutcome stopped = MpiLaunch.Run(
            ["dotnet", Tree.Tool, "run", "-n", "2", "--mpi", mpi, "--checkpoints", _folder, "--", typeof(RankCases).Assembly.Location, "program", "walk", "size=4000", "steps=300", "pace=1", "term=50@1"],
            TimeSpan.FromSeconds(120), new Dictionary<string, string?> { ["HPCVIRT_INTERVAL"] = "never", ["HPCVIRT_STOP_ON_SIGTERM"] = "1" });
        Assert.That(stopped.ExitCode, Is.EqualTo(75), stopped.ToString());
        Assert.That(stopped.Output, Does.Contain("SIGTERM came to rank 1: the job is to save a checkpoint and stop").And.Not.Contain("was lost"));
        MpiOutcome second = Run(["--checkpoints", _folder], "steps=300");
        Assert.That(SaysContinues().Matches(second.Output).Select(match => long.Parse(match.Groups[1].Value)), Has.One.InRange(50, 299), second.Output);
        Assert.That(ResultOf(second), Is.EqualTo(unbroken));
    }

    [Test]
    public void A_rehearsal_of_a_sound_program_finds_it_bit_identical()
    {
        MpiOutcome outcome = Rehearse("steps=100");
        Assert.That(outcome.Output, Does.Contain("verdict: bit-identical after 1 lost rank"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Output);
    }

    [Test]
    public void A_rehearsal_names_the_field_that_the_author_forgot_to_protect()
    {
        MpiOutcome outcome = Rehearse("steps=100", "forget");
        Assert.That(outcome.Output, Does.Contain("verdict: DIFFERENT after 1 lost rank"));
        Assert.That(outcome.Output, Does.Contain("not protected: field").And.Contain("Forgotten"));
        Assert.That(outcome.ExitCode, Is.EqualTo(72), outcome.Output);
    }

    [GeneratedRegex(@"continues at step (\d+)")]
    private static partial Regex SaysContinues();

    [GeneratedRegex(@"stops before step (\d+): the wall time ends at")]
    private static partial Regex SaysStops();

    private static string ResultOf(MpiOutcome outcome)
    {
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return outcome.Output.Split('\n').Single(line => line.Contains("result ", StringComparison.Ordinal));
    }

    private MpiOutcome Run(string[] options, params string[] program) =>
        Tool(["run", "-n", "2", "--mpi", mpi, .. options, "--", typeof(RankCases).Assembly.Location, "program", "walk", "size=4000", .. program]);

    private MpiOutcome Rehearse(params string[] program) =>
        Tool(["rehearse", "-n", "2", "--mpi", mpi, "--kills", "1", "--seed", "3", "--empty", "--scratch", Path.Combine(_folder, "scratch"), "--", typeof(RankCases).Assembly.Location, "program", "walk", .. program]);

    private MpiOutcome Tool(string[] arguments)
    {
        MpiOutcome outcome = MpiLaunch.Run(
            ["dotnet", Tree.Tool, .. arguments], TimeSpan.FromSeconds(120), new Dictionary<string, string?> { ["HPCVIRT_INTERVAL"] = "20 steps" }, _folder);
        Assert.That(outcome.DeadlinePassed, Is.False, outcome.Output);
        return outcome;
    }
}
