using System;
using System.Collections.Generic;
using System.IO;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>What programs do that a quiesce has to bear: detected, named, refused or timed out; and the job goes on.</summary>
[TestFixture(MpiKind.OpenMpi)]
[TestFixture(MpiKind.Mpich)]
internal sealed class QuiesceProgramTests(MpiKind kind)
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-quiesce-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Pitfall_10_a_communicator_freed_with_a_message_on_its_way_is_named_and_the_job_goes_on()
    {
        MpiOutcome outcome = Run(2, "freed");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain("1 message(s) from rank 0 to rank 1 on doomed did not come within 300ms (sent 1, received 0)"));
        Assert.That(outcome.Output, Does.Contain("rank 0 goes on").And.Contain("rank 1 goes on"));
    }

    [Test]
    public void Pitfall_13_threads_that_may_call_at_any_time_are_held_at_the_gate_in_every_silence()
    {
        MpiOutcome outcome = Run(2, "threads");
        if (outcome.Output.Contains("missing capability", StringComparison.Ordinal))
            Assert.Ignore("missing capability: MPI_THREAD_MULTIPLE");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain("20 silences, 2000 exchanges, 0 messages in a silence"));
    }

    [Test]
    public void A_call_from_a_second_thread_under_funneled_is_refused_by_name_and_the_job_goes_on()
    {
        MpiOutcome outcome = Run(2, "funneled");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain("Thread 'the stray' called MPI, which was initialized with Funneled"));
    }

    [TestCase(2, 1)]
    [TestCase(3, 0)]
    public void Pitfall_15_a_rank_that_comes_too_late_is_named_the_job_goes_on_and_the_next_checkpoint_succeeds(int ranks, int late)
    {
        MpiOutcome outcome = Run(ranks, "late", $"{late}");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain("no checkpoint: the job did not fall silent").And.Contain($"for rank {late} to come to its safe point"));
        Assert.That(outcome.Output, Does.Contain("rank 0: sum 435"));
        Assert.That(Directory.GetDirectories(Path.Combine(_folder, "ckpt"), "v*"), Is.Not.Empty, "the checkpoint at step 20 was committed");
    }

    [TestCase(3, 100, 3)]
    [TestCase(100, 3, 2)]
    [TestCase(60, 100, 0)]
    [TestCase(2, 0, 100)]
    public void Checkpoints_go_on_when_ranks_have_ended_before_others(int first, int second, int third)
    {
        string[] program = ["early", $"{first}", $"{second}", $"{third}"];
        MpiOutcome outcome = Run(3, [("HPCVIRT_INTERVAL", "20ms")], program);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain($"rank 0: passed {first}").And.Contain($"rank 1: passed {second}").And.Contain($"rank 2: passed {third}"));
        Assert.That(Directory.GetDirectories(Path.Combine(_folder, "ckpt"), "v*"), Is.Not.Empty);
    }

    [TestCase(3, 1000, 3)]
    [TestCase(1000, 3, 0)]
    public void A_job_stops_and_goes_on_when_ranks_have_ended_before_others(int first, int second, int third)
    {
        string[] program = ["early", $"{first}", $"{second}", $"{third}"];
        MpiOutcome stopped = Run(3, [("HPCVIRT_INTERVAL", "300ms"), ("HPCVIRT_STOP_AFTER_CHECKPOINT", "1")], program);
        Assert.That(stopped.Output, Does.Contain("stops at cut"), stopped.ToString());
        Assert.That(stopped.DeadlinePassed, Is.False, stopped.ToString());
        MpiOutcome outcome = Run(3, [], program);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain("continues at step 1"));
        Assert.That(outcome.Output, Does.Contain($"rank 0: passed {first}").And.Contain($"rank 1: passed {second}").And.Contain($"rank 2: passed {third}"));
    }

    private MpiOutcome Run(int ranks, params string[] arguments) => Run(ranks, [], arguments);

    private MpiOutcome Run(int ranks, (string Name, string Value)[] variables, string[] arguments)
    {
        var environment = new Dictionary<string, string?> { ["HPCVIRT_CHECKPOINTS"] = Path.Combine(_folder, "ckpt") };
        foreach ((string name, string value) in variables)
            environment[name] = value;
        return MpiLaunch.Run(kind, ranks, TimeSpan.FromMinutes(1), ["dotnet", Tree.Program("tests/Ranks", "HpcVirt.Ranks"), "program", .. arguments], environment);
    }
}
