using System;
using System.Linq;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>
/// Ranks that move to another host by <c>hpcvirt move</c>, on hosts that are network namespaces: the others keep their state where that is possible, begin anew from a
/// checkpoint where it is not, and the result is that of the undisturbed job in any case.
/// </summary>
[TestFixture]
internal sealed class MoveTests : StandbyJobTests
{
    private const string InPlace = "and the other ranks kept theirs";

    [Test]
    public void A_program_that_learns_at_its_beginning_goes_on_elsewhere_and_the_others_keep_their_state()
    {
        Start("with=plain");
        Move(1);
        Move(0);
        Move(2);
        MpiOutcome moved = End();
        Assert.That(moved.Output.Split(InPlace), Has.Length.EqualTo(4), moved.Output);
        Assert.That(Said("standby-prepared").Count(static line => line.Contains("\"reason\":\"\"", StringComparison.Ordinal)), Is.EqualTo(3), "prepared while the job went on");
        Assert.That(ResultOf(moved), Is.EqualTo(Undisturbed("with=plain")));
    }

    [Test]
    public void Communicators_of_every_kind_and_messages_described_once_are_made_again_beneath_their_objects()
    {
        Start();
        Move(2);
        Move(0);
        MpiOutcome moved = End();
        Assert.That(moved.Output.Split(InPlace), Has.Length.EqualTo(3), moved.Output);
        Assert.That(ResultOf(moved), Is.EqualTo(Undisturbed()));
    }

    [TestCase("send", "sends or receives before its state is restored")]
    [TestCase("between", "communicates between restoring its state and the first safe point")]
    [TestCase("late", "was made after the first safe point")]
    [TestCase("crossing", "is live over the safe point")]
    public void What_a_process_could_not_repeat_alone_makes_it_a_move_by_a_checkpoint(string with, string why)
    {
        Start($"with={with}");
        Assert.That(Move(1), Does.Contain("by a checkpoint from which all ranks began anew").And.Contain(why));
        MpiOutcome moved = End();
        Assert.That(moved.Output, Does.Not.Contain(InPlace));
        Assert.That(ResultOf(moved), Is.EqualTo(Undisturbed($"with={with}")));
    }

    [Test]
    public void In_the_second_of_two_loops_it_is_a_move_by_a_checkpoint()
    {
        Start("with=loops", "steps=200");
        AwaitStep(210);
        Assert.That(Move(1), Does.Contain("second loop of steps"));
        Assert.That(ResultOf(End()), Is.EqualTo(Undisturbed("with=loops", "steps=200")));
    }

    [Test]
    public void A_task_farm_whose_safe_points_have_no_numbers_moves_by_a_checkpoint()
    {
        StartProgram(Tree.Program("samples/farm", "farm"), "tasks", "--tasks", "600", "--task-time", "10");
        Assert.That(Move(1), Does.Contain("its safe points have no numbers"));
        Assert.That(End().Output, Does.Contain("done exactly once: 600"));
    }

    [Test]
    public void A_rank_that_is_lost_after_a_move_is_replaced_and_what_moved_is_part_of_the_next_checkpoint()
    {
        Start();
        Move(1);
        _ = Operate("checkpoint-now");
        Kill(rank: 2);
        Await(() => Said("restored").Length > 1, "the repair");
        Move(0);
        MpiOutcome ended = End();
        Assert.That(ended.Output, Does.Contain("a process that waited takes the place of rank 2").And.Not.Contain("starts in"));
        Assert.That(ResultOf(ended), Is.EqualTo(Undisturbed()));
    }
}
