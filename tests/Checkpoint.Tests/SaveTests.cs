using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

internal sealed class SaveTests
{
    [Test]
    public void An_objection_of_one_rank_fails_the_save_on_all_and_leaves_nothing_behind()
    {
        var places = new Places(3, isShared: true);
        SaveResult[] results = Saved(places, static (store, rank, number) =>
            store.Save(1, rank.Regions, number == 2 ? "request 'halo' is live" : null));
        Assert.That(results.Select(static r => r.Outcome), Is.All.EqualTo(SaveOutcome.Failed));
        Assert.That(results.Select(static r => r.Problems.Single()), Is.All.EqualTo(new CheckpointProblem(2, "request 'halo' is live")));
        Assert.That(places.Directory(0).List("").Select(static e => e.Name), Has.None.StartWith("v"));
        Assert.That(places.Restart().IsFresh);
    }

    [Test]
    public void Ranks_at_different_steps_are_told_so()
    {
        SaveResult[] results = Saved(new Places(2, isShared: true), static (store, rank, number) => store.Save(10 + number, rank.Regions));
        Assert.That(results[0].Problems.Single().ToString(), Does.StartWith("rank 1: is at step 11 while rank 0 is at step 10"));
        Assert.That(results[1].Problems, Is.EqualTo(results[0].Problems));
    }

    [Test]
    public void A_region_that_throws_fails_the_save_on_all_ranks_and_is_named([Values] bool inSlice)
    {
        var places = new Places(2, isShared: false);
        SaveResult[] results = Saved(places, (store, rank, number) =>
            store.Save(1, number == 1 ? [.. rank.Regions, new Broken(inSlice)] : rank.Regions));
        Assert.That(results.Select(static r => r.Outcome), Is.All.EqualTo(SaveOutcome.Failed));
        Assert.That(results[0].Problems.Single().ToString(), Does.StartWith("rank 1: Region 'broken' could not").And.Contain("out of order"));
    }

    [Test]
    public void Bad_regions_and_steps_are_problems_of_their_rank_and_no_exceptions()
    {
        static CheckpointRegion Doubles(string name, params long[] shape) => new MemoryRegion<double>(name, static () => new double[6], shape);
        foreach ((CheckpointRegion[] regions, long step, string words) in new[]
        {
            ([Doubles("same"), Doubles("same")], 1L, "Two regions are named 'same'"),
            ([Doubles("plate", 2, 4)], 1L, "declared as float64[2, 4], but its memory holds 6 elements"),
            ([Doubles(new string('n', 2000))], 1L, "more than 1024 bytes"),
            ([Doubles("deep", [.. Enumerable.Repeat(1L, 40), 6])], 1L, "41 dimensions"),
            (new CheckpointRegion[] { Doubles("plate") }, -1L, "Step -1 is negative"),
        })
        {
            SaveResult[] results = Saved(new Places(2, isShared: true), (store, _, _) => store.Save(step, regions));
            Assert.That(results.Select(static r => r.Outcome), Is.All.EqualTo(SaveOutcome.Failed));
            Assert.That(results[1].Problems[0].Reason, Does.Contain(words));
        }
    }

    [Test]
    public void A_disk_that_is_known_to_be_too_small_is_refused_before_writing_with_both_numbers()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1);
        places[0].FreeBytes = 20_000;
        SaveResult[] results = Saved(places, static (store, rank, _) => store.Save(2, rank.Regions));
        long neededBytes = results.Sum(static r => r.ShardBytes);
        Assert.That(neededBytes, Is.GreaterThan(20_000));
        Assert.That(results[1].Problems.Single().ToString(), Is.EqualTo(
            $"rank 0: its place has 20000 bytes free, and this checkpoint needs {neededBytes}; make room, or keep fewer versions"));
        Assert.That(places.Restart().Step, Is.EqualTo(1));
    }

    [Test]
    public void After_a_failure_the_job_goes_on_and_the_next_save_commits()
    {
        var places = new Places(2, isShared: true);
        SaveResult[] results = Saved(places, static (store, rank, number) =>
        {
            Assert.That(store.Save(1, rank.Regions, number == 0 ? "not now" : null).IsCommitted, Is.False);
            rank.ComputeTo(2);
            return store.Save(2, rank.Regions);
        });
        Assert.That(results.Select(static r => (r.Outcome, r.Version)), Is.All.EqualTo((SaveOutcome.Committed, 2L)));
        Assert.That(places.Restart().Step, Is.EqualTo(2));
    }

    [Test]
    public void As_many_versions_are_kept_as_was_asked_for([Values(2, 3, 5)] int keep)
    {
        var places = new Places(2, isShared: true);
        places.Start((store, rank, _) =>
        {
            store.Restore(rank.Regions);
            for (int step = 1; step <= 9; step++) store.Save(step, rank.Regions);
            return true;
        }, Rank.Options with { Keep = keep });
        Assert.That(
            new CheckpointCatalog(places.Directory(0)).List().Select(static v => v.Version),
            Is.EqualTo(Enumerable.Range(0, keep).Select(static i => 9L - i)));
    }

    [Test]
    public void Older_attempts_are_kept_until_enough_newer_versions_are_proven()
    {
        var places = new Places(1, isShared: true);
        places.Commit(1, 2, 3);
        places.Start(static (store, rank, _) => store.Save(4, rank.Regions));
        Assert.That(Versions(places), Is.EqualTo(new[] { 4, 3, 2 }), "without a restore nothing older is proven, so nothing may go");
        places.Start(static (store, rank, _) =>
        {
            store.Save(5, rank.Regions);
            return store.Save(6, rank.Regions);
        });
        Assert.That(Versions(places), Is.EqualTo(new[] { 6, 5 }));
    }

    [Test]
    public void A_program_may_swap_its_buffers_and_own_none()
    {
        double[] now = [1, 2, 3];
        double[] next = [4, 5, 6];
        CheckpointRegion[] Regions() => [new MemoryRegion<double>("g", () => now), new MemoryRegion<int>("none", static () => Array.Empty<int>())];
        var places = new Places(1, isShared: true);
        places.Start((store, _, _) =>
        {
            CheckpointRegion[] regions = Regions();
            store.Save(1, regions);
            (now, next) = (next, now);
            return store.Save(2, regions);
        });
        (now, next) = (new double[3], now);
        places.Start((store, _, _) => store.Restore(Regions()));
        Assert.That(now, Is.EqualTo(new double[] { 4, 5, 6 }));
        Assert.That(next, Is.EqualTo(new double[] { 4, 5, 6 }));
    }

    [Test]
    public void A_job_without_regions_commits_its_step()
    {
        var places = new Places(2, isShared: true);
        places.Start(static (store, _, _) => store.Save(5, []));
        Assert.That(places.Start(static (store, _, _) => store.Restore([]).Step).Select(static e => e.Value), Is.All.EqualTo(5));
    }

    private static IEnumerable<int> Versions(Places places) =>
        new CheckpointCatalog(places.Directory(0)).List().Select(static v => (int)v.Version);

    private static SaveResult[] Saved(Places places, Func<CheckpointStore, Rank, int, SaveResult> body) =>
        [.. places.Start((store, rank, number) =>
        {
            store.Restore(rank.Regions);
            return body(store, rank, number);
        }).Select(static e => e.Failure is null ? e.Value! : throw new AggregateException(e.Failure))];

    private sealed class Broken(bool inSlice) : CheckpointRegion("broken")
    {
        public override RegionDescriptor BeginSave() =>
            inSlice ? new RegionDescriptor(Name, "uint8", 1, [4], 4) : throw new InvalidOperationException("out of order");

        public override void EndSave()
        {
        }

        public override void Check(RegionDescriptor stored)
        {
        }

        public override void BeginRestore(RegionDescriptor stored)
        {
        }

        public override void EndRestore()
        {
        }

        public override Span<byte> Slice(long offsetBytes, int lengthBytes) => throw new InvalidOperationException("out of order");
    }
}
