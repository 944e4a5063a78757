using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>A checkpoint from which the program never comes away is not tried for ever.</summary>
internal sealed class StartsTests
{
    [Test]
    public void After_three_starts_in_vain_the_version_before_is_used_and_after_three_more_the_oldest_for_ever([Values] bool isShared)
    {
        var places = new Places(2, isShared);
        places.Commit(1, 2);
        long[] steps = [.. Enumerable.Range(0, 9).Select(_ => Crash(places).Step)];
        Assert.That(steps, Is.EqualTo(new[] { 2, 2, 2, 1, 1, 1, 1, 1, 1 }));
        Assert.That(Crash(places).ToString(), Does.Contain("skipped v2 of attempt 1: 3 starts from it have committed nothing newer"));
    }

    [Test]
    public void Whoever_comes_away_from_the_older_one_goes_on_from_what_it_commits()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        for (int i = 0; i < 3; i++) Crash(places);
        Assert.That(places.Commit(2, 3)[0].Step, Is.EqualTo(1));
        Assert.That(Enumerable.Range(0, 3).Select(_ => Crash(places).Step), Is.All.EqualTo(3));
        Assert.That(Crash(places).Step, Is.EqualTo(2));
    }

    [Test]
    public void Starts_that_end_in_good_order_do_not_count()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        for (int i = 0; i < 5; i++) Assert.That(places.Restart().Step, Is.EqualTo(2));
        Assert.That(places[0].Files().Keys, Has.None.StartsWith("start-"));
    }

    [Test]
    public void The_newest_is_used_again_where_the_older_one_does_not_verify()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        for (int i = 0; i < 3; i++) Crash(places);
        places[0].Delete("v1-a1/rank-1.shard");
        RestoreReport report = Crash(places);
        Assert.That(report.Step, Is.EqualTo(2));
    }

    [Test]
    public void A_damaged_record_is_a_start_less_and_no_more()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        for (int i = 0; i < 3; i++) Crash(places);
        places[0].Overwrite("start-3", [1, 2, 3]);
        Assert.That(Crash(places).Step, Is.EqualTo(2));
        Assert.That(Crash(places).Step, Is.EqualTo(1));
    }

    [Test]
    public void Starts_that_something_else_ended_do_not_count()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        CheckpointOptions forgiving = Rank.Options with { ForgivesLastStart = true };
        Assert.That(Enumerable.Range(0, 6).Select(_ => Crash(places, forgiving).Step), Is.All.EqualTo(2));

        // Only the start before is forgiven: what came before it was not ended from outside.
        Assert.That((Crash(places).Step, Crash(places).Step), Is.EqualTo((2L, 2L)));
        Assert.That(Crash(places).Step, Is.EqualTo(1));
    }

    [Test]
    public void Any_number_of_starts_is_allowed_on_request()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        Assert.That(Enumerable.Range(0, 6).Select(_ => Crash(places, Rank.Options with { StartsPerVersion = 0 }).Step), Is.All.EqualTo(2));
    }

    [Test]
    public void Through_memory_it_is_the_same_and_a_lost_memory_does_not_wipe_the_count()
    {
        using var nodes = new Nodes(2) { SharedEvery = 1 };
        nodes.Commit(1, 2);
        long Crash() => Nodes.Returned(nodes.Start(static (store, rank) => store.Restore(rank.Regions).Step))[0];
        Assert.That((Crash(), Crash()), Is.EqualTo((2L, 2L)));
        nodes.Lose(0);
        nodes.Lose(1);
        Assert.That((Crash(), Crash()), Is.EqualTo((2L, 1L)));
    }

    /// <summary>An attempt that restores and dies of it.</summary>
    private static RestoreReport Crash(Places places, CheckpointOptions? options = null)
    {
        Job.Ended<RestoreReport>[] ended = places.Start(static (store, rank, _) => store.Restore(rank.Regions), options);
        Assert.That(ended.Select(static e => e.Failure), Is.All.Null);
        return ended[0].Value!;
    }
}
