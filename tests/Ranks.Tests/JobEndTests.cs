using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>
/// Jobs that end although their launcher does not notice: Open MPI 4.1 hears no more of the processes of a host on which one was lost, and waits for them.
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
