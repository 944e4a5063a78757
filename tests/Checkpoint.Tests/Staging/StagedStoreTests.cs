using System.IO;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Staging;

internal sealed class StagedStoreTests
{
    [Test]
    public void Versions_that_killed_starts_left_behind_do_not_take_the_last_slot()
    {
        using var nodes = new Nodes(2);
        nodes.Commit(1, 2, 3, 4, 5, 6);
        TakeAllSlots(nodes);
        Assert.That(nodes.Commit(7, 8)[0].Step, Is.EqualTo(6));
        Assert.That(nodes.Restart().Step, Is.EqualTo(8));
    }

    [Test]
    public void Nothing_is_deleted_of_versions_none_of_which_verifies()
    {
        using var nodes = new Nodes(2);
        nodes.Commit(1, 2, 3, 4, 5, 6);
        TakeAllSlots(nodes);
        foreach (string version in new[] { "v5-a1", "v6-a1" }) Nodes.Corrupt(Path.Combine(nodes.Node(0), version, VersionName.Shard(0)));
        string[] before = Directory.GetDirectories(nodes.Root, "v*", SearchOption.AllDirectories);
        Job.Ended<RestoreReport>[] ended = nodes.Start(static (store, rank) =>
        {
            try
            {
                return store.Restore(rank.Regions);
            }
            finally
            {
                store.Drain();
            }
        });
        Assert.That(ended.Select(static e => e.Failure), Is.All.TypeOf<NoCheckpointVerifiesException>());
        Assert.That(Directory.GetDirectories(nodes.Root, "v*", SearchOption.AllDirectories), Is.EquivalentTo(before));
    }

    /// <summary>As after kills between publishing a version and retiring the oldest one.</summary>
    private static void TakeAllSlots(Nodes nodes)
    {
        for (int rank = 0; rank < nodes.Ranks; rank++)
        {
            ISlotDirectory place = new MemoryDirectory(nodes.Node(rank));
            for (int number = 0; number < nodes.Options.Slots + 1; number++)
            {
                string slot = Path.Combine(nodes.Node(rank), SlotName.Of(rank, number, SlotName.State));
                if (!File.Exists(slot)) File.Copy(Path.Combine(nodes.Node(rank), SlotName.Of(rank, 0, SlotName.State)), slot);
            }

            string[] free = [.. place.List("").Select(static e => e.Name).Where(n => SlotName.TryParse(n, out _, out _, out _) && place.CountNames(n) == 1).Order(System.StringComparer.Ordinal)];
            for (int i = 0; i < free.Length; i++)
            {
                place.CreateDirectory($"v{i + 1}-a1");
                place.Link(free[i], $"v{i + 1}-a1/{VersionName.Shard(rank)}");
            }

            Assert.That(place.List("").Count(static e => e.Name.StartsWith('v')), Is.EqualTo(nodes.Options.Slots + 1), "every slot is held");
        }
    }

    [Test]
    public void What_was_staged_comes_back_bit_for_bit([Values(1, 2, 3)] int ranks)
    {
        using var nodes = new Nodes(ranks);
        nodes.Commit(1, 2, 3, 4, 5);
        Assert.That(nodes.Restart().Step, Is.EqualTo(5));
    }

    [Test]
    public void The_rank_may_change_its_memory_as_soon_as_stage_returns()
    {
        using var nodes = new Nodes(2);
        Nodes.Returned(nodes.Start(static (store, rank) =>
        {
            rank.ComputeTo(7);
            StageReport staged = store.Stage(7, rank.Regions);
            rank.ComputeTo(8);
            return store.AwaitCommit(staged.Version).IsCommitted;
        }));
        Assert.That(nodes.Restart().Step, Is.EqualTo(7));
    }

    [Test]
    public void Slots_are_reused_and_no_more_are_made_than_asked_for([Values(2, 3)] int slots)
    {
        using var nodes = new Nodes(2, new StagedOptions { Program = "heat", Slots = slots });
        nodes.Commit(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        Assert.That(nodes.Files(0, "slot-0-*.state").Count(), Is.EqualTo(slots));
        Assert.That(Directory.GetDirectories(nodes.Node(0), "v*").Length, Is.EqualTo(slots - 1));
        nodes.Commit(11, 12, 13, 14);
        Assert.That(nodes.Files(0, "slot-0-*.state").Count(), Is.LessThanOrEqualTo(slots + 1), "adopted from the attempt before");
    }

    [Test]
    public void A_version_goes_to_the_shared_tier_as_often_as_its_rule_says()
    {
        using var nodes = new Nodes(2) { SharedEvery = 3 };
        nodes.Commit(1, 2, 3, 4, 5);
        Assert.That(Directory.GetDirectories(nodes.Shared, "v*").Select(Path.GetFileName), Is.EquivalentTo(new[] { "v1-a1", "v4-a1" }));
    }

    [Test]
    public void When_memory_is_lost_the_shared_tier_serves()
    {
        using var nodes = new Nodes(2) { SharedEvery = 3 };
        nodes.Commit(1, 2, 3, 4, 5);
        nodes.Lose(1);
        RestoreReport report = nodes.Restart();
        Assert.That((report.Step, report.Tier), Is.EqualTo((4L, "shared")));
    }

    [Test]
    public void The_newest_is_the_newest_wherever_it_lies()
    {
        using var nodes = new Nodes(2) { SharedEvery = 3 };
        nodes.Commit(1, 2, 3, 4, 5);
        RestoreReport report = nodes.Restart();
        Assert.That((report.Step, report.Tier), Is.EqualTo((5L, "memory")));
    }

    [Test]
    public void An_objection_of_one_rank_fails_the_version_on_all_and_names_the_reason()
    {
        using var nodes = new Nodes(3);
        SaveResult[] results = Nodes.Returned(nodes.Start(static (store, rank) =>
        {
            rank.ComputeTo(1);
            StageReport staged = store.Stage(1, rank.Regions, rank.Number == 1 ? "a request is live" : null);
            return store.AwaitCommit(staged.Version);
        }));
        Assert.That(results.Select(static r => r.Outcome), Is.All.EqualTo(SaveOutcome.Failed));
        Assert.That(results[0].Problems.Single().ToString(), Is.EqualTo("rank 1: a request is live"));
        Assert.That(nodes.Restart().IsFresh, Is.True);
    }
}
