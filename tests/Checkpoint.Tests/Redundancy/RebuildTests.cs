using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Redundancy;

internal sealed class RebuildTests
{
    [Test]
    public void A_lost_node_is_rebuilt(
        [Values(RedundancyScheme.Partner, RedundancyScheme.Xor)] RedundancyScheme scheme, [Values(2, 3, 4)] int ranks, [Values] bool sharesMemory)
    {
        using var nodes = new Nodes(ranks, new StagedOptions { Program = "heat", Scheme = scheme, ShareMemory = sharesMemory });
        nodes.Commit(1, 2, 3);
        for (int lost = 0; lost < ranks; lost++)
        {
            nodes.Lose(lost);
            RestoreReport report = nodes.Restart();
            Assert.That((report.Step, report.Skipped.Count), Is.EqualTo((3L, 0)), $"node {lost} lost");
        }
    }

    [Test]
    public void Redundancy_with_damaged_bytes_and_an_intact_head_is_made_anew_by_a_rebuild()
    {
        using var nodes = new Nodes(4, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.ReedSolomon, Losses = 2 });
        nodes.Commit(1, 2);
        nodes.Lose(1);
        Nodes.Corrupt(Directory.GetFiles(Path.Combine(nodes.Node(2), "v2-a1"), "*.redundancy").Single());
        Assert.That(nodes.Restart().Step, Is.EqualTo(2));
        nodes.Lose(0);
        nodes.Lose(3);
        Assert.That(nodes.Restart().Step, Is.EqualTo(2), "two losses are borne again, node 2's part included");
    }

    [Test]
    public void Shards_of_several_windows_come_whole_over_connections(
        [Values(RedundancyScheme.Partner, RedundancyScheme.Xor, RedundancyScheme.ReedSolomon)] RedundancyScheme scheme)
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = scheme, ShareMemory = false })
        {
            Elements = 180_000,
            AreSizesDifferent = true,
        };
        nodes.Commit(1, 2, 3, 4);
        nodes.Lose(1);
        Assert.That(nodes.Restart().Step, Is.EqualTo(4), "the largest shards have five windows of 1 MiB and a piece");
    }

    [Test]
    public void Any_two_nodes_may_be_lost_under_reed_solomon([Values(3, 4, 5)] int ranks)
    {
        for (int first = 0; first < ranks; first++)
        {
            for (int second = first + 1; second < ranks; second++)
            {
                using var nodes = new Nodes(ranks, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.ReedSolomon, Losses = 2 });
                nodes.Commit(1, 2);
                nodes.Lose(first);
                nodes.Lose(second);
                Assert.That(nodes.Restart().Step, Is.EqualTo(2), $"nodes {first} and {second} lost");
            }
        }
    }

    [Test]
    public void More_losses_than_the_scheme_bears_are_said_and_not_guessed_over()
    {
        using var nodes = new Nodes(4, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Xor });
        nodes.Commit(1, 2);
        nodes.Lose(0);
        nodes.Lose(1);
        Job.Ended<RestoreReport>[] ended = nodes.Start(static (store, rank) => store.Restore(rank.Regions));
        Assert.That(ended.Select(static e => e.Failure), Is.All.TypeOf<NoCheckpointVerifiesException>());
    }

    [Test]
    public void Redundancy_is_re_established_by_the_restart_so_that_the_second_crash_does_no_harm()
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Xor });
        nodes.Commit(1, 2);
        nodes.Lose(0);
        Assert.That(nodes.Restart().Step, Is.EqualTo(2));
        nodes.Lose(1);
        Assert.That(nodes.Restart().Step, Is.EqualTo(2), "the first node's redundancy must be there again");
    }

    [Test]
    public void Redundancy_that_alone_was_lost_is_made_anew_by_the_restart_and_not_only_by_the_next_commit(
        [Values(RedundancyScheme.Partner, RedundancyScheme.Xor, RedundancyScheme.ReedSolomon)] RedundancyScheme scheme, [Values] bool isDamaged)
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = scheme, Losses = 1 });
        nodes.Commit(1, 2);
        for (int rank = 0; rank < 3; rank++)
        {
            string kept = Path.Combine(nodes.Node(rank), "v2-a1", $"rank-{rank}.redundancy");
            if (isDamaged) File.WriteAllBytes(kept, File.ReadAllBytes(kept)[..100]);
            else File.Delete(kept);
        }

        Assert.That(nodes.Restart().Step, Is.EqualTo(2), "all shards are there: nothing had to be rebuilt");
        nodes.Lose(1);
        Assert.That(nodes.Restart().Step, Is.EqualTo(2), "what protects them is there again");
    }

    [Test]
    public void A_second_crash_right_after_the_restart_with_the_first_copies_deleted_does_no_harm(
        [Values(RedundancyScheme.Partner, RedundancyScheme.Xor)] RedundancyScheme scheme)
    {
        using var nodes = new Nodes(4, new StagedOptions { Program = "heat", Scheme = scheme });
        nodes.Commit(1, 2);
        nodes.Lose(2);
        Assert.That(nodes.Restart().Step, Is.EqualTo(2));

        // All that the first start had written of the newest version goes, host by host; only what restarts have made is left in the end.
        foreach (int rank in (int[])[0, 1, 3])
        {
            nodes.Lose(rank);
            Assert.That(nodes.Restart().Step, Is.EqualTo(2), $"node {rank} lost");
        }
    }

    [Test]
    public void A_damaged_shard_is_rebuilt_like_a_lost_one()
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Xor });
        nodes.Commit(1, 2);
        Nodes.Corrupt(Path.Combine(nodes.Node(2), "v2-a1", "rank-2.shard"));
        RestoreReport report = nodes.Restart();
        Assert.That((report.Step, report.Skipped.Count), Is.EqualTo((2L, 0)));
    }

    [Test]
    public void A_rank_that_now_runs_on_another_node_finds_its_shard_where_it_lies()
    {
        using var nodes = new Nodes(2);
        nodes.Commit(1, 2);
        string aside = nodes.Node(9);
        Directory.Move(nodes.Node(0), aside);
        Directory.Move(nodes.Node(1), nodes.Node(0));
        Directory.Move(aside, nodes.Node(1));
        Assert.That(nodes.Restart().Step, Is.EqualTo(2));
    }

    [Test]
    public void Shards_of_different_sizes_protect_one_another()
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Xor });
        Nodes.Returned(nodes.Start(static (store, rank) =>
        {
            double[] odd = [.. Enumerable.Range(0, 10_000 * (1 + rank.Number)).Select(i => (double)i)];
            return store.AwaitCommit(store.Stage(1, [new MemoryRegion<double>("odd", () => odd)]).Version).IsCommitted;
        }));
        nodes.Lose(2);
        Assert.That(Nodes.Returned(nodes.Start(static (store, rank) =>
        {
            double[] odd = new double[10_000 * (1 + rank.Number)];
            store.Restore([new MemoryRegion<double>("odd", () => odd)]);
            return odd.Select((v, i) => v == i).All(static same => same);
        })), Is.All.True);
    }
}
