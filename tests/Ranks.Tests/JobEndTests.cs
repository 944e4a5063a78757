using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>
/// Jobs that end although their launcher would not: Open MPI 4.1 hears no more of the processes of a host on which one was lost, and waits for them.
/// </summary>
[TestFixture]
internal sealed class JobEndTests : StandbyJobTests
{
    private const string Lingers = "the launcher has not noticed";

    [Test]
    public void A_job_of_which_one_who_waited_was_lost_ends()
    {
        Start("with=plain");
        KillOf(Said("standby-connected")[1]);
        MpiOutcome ended = End();
        Assert.That(ended.Output, Does.Contain("was lost").And.Contain(Lingers));
        Assert.That(ResultOf(ended), Is.EqualTo(Undisturbed("with=plain")));
    }

    /// <summary>Told to outlive ranks, Open MPI 4.1 ignores MPI_Abort on other hosts than its own, and the others would wait for the one that failed.</summary>
    [Test]
    public void A_program_that_fails_on_one_host_ends_on_all()
    {
        StartProgram(typeof(RankCases).Assembly.Location, "program", "walk", "size=1000", "steps=300", "pace=20", "throw=150@1");
        MpiOutcome failed = End();
        Assert.That(failed.ExitCode, Is.Not.Zero);
        Assert.That(failed.Output, Does.Contain("thrown on purpose at step 150").And.Contain("in the same way twice"));
    }

    [Test]
    public void A_job_that_lost_one_of_several_ranks_of_a_host_ends()
    {
        StartOn("a:2,b:1", Program(["with=plain", "pace=10"]));
        _ = Operate("checkpoint-now");
        Kill(rank: 0);
        MpiOutcome ended = End();
        Assert.That(ended.Output, Does.Contain("takes the place of rank 0").And.Contain(Lingers));
        Assert.That(ResultOf(ended), Is.EqualTo(Undisturbed("with=plain")));
    }
}
