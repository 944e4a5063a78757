using System;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

internal sealed class OpeningTests
{
    [Test]
    public void A_directory_that_holds_something_else_is_refused_on_all_ranks_and_left_alone()
    {
        var places = new Places(3, isShared: false);
        using (ICheckpointFile file = places.Directory(1).CreateFile("thesis.tex", 0)) file.Write([1], 0);

        Exception?[] failures = [.. places.Start(static (_, _, _) => true).Select(static e => e.Failure)];
        Assert.That(failures, Is.All.TypeOf<ForeignDirectoryException>());
        Assert.That(failures[0]!.Message, Does.Contain("rank 1").And.Contain("thesis.tex").And.Contain("right directory"));
        Assert.That(places[1].Files().Keys, Is.EqualTo(new[] { "thesis.tex" }));
    }

    [Test]
    public void A_freshly_made_file_system_is_not_something_else()
    {
        var places = new Places(1, isShared: true);
        places.Directory(0).CreateDirectory("lost+found");
        Assert.That(places.Commit(1)[0].IsFresh);
        Assert.That(places.Restart().Step, Is.EqualTo(1));
    }

    [Test]
    public void Who_shares_a_directory_is_found_out([Values(1, 2, 3, 6)] int hosts)
    {
        MemoryDisk[] disks = [.. Enumerable.Range(0, hosts).Select(static _ => new MemoryDisk())];
        var seen = Job.Returned(6, group =>
        {
            CheckpointStore store = Rank.Open(new FaultyDirectory(disks[group.Rank % hosts], new FaultPlan()), group);
            return (store.PlaceCount, store.IsPlaceLeader);
        });
        Assert.That(seen.Select(static s => s.PlaceCount), Is.All.EqualTo(hosts));
        Assert.That(seen.Select(static s => s.IsPlaceLeader), Is.EqualTo(Enumerable.Range(0, 6).Select(rank => rank < hosts)));
        Assert.That(disks.SelectMany(static d => d.Files().Keys), Has.None.StartWith("probe-"));
    }

    [Test]
    public void Attempts_count_up_and_can_be_asked_for_without_opening()
    {
        var places = new Places(2, isShared: false);
        long[] Ask() => Job.Returned(2, group => CheckpointStore.NewestAttempt(places.Directory(group.Rank), group));
        Assert.That(Ask(), Is.All.Zero);
        places.Commit(1);
        places.Commit();
        Assert.That(Ask(), Is.All.EqualTo(2));
        Assert.That(places.Start(static (store, _, _) => store.Attempt).Select(static e => e.Value), Is.All.EqualTo(3));
    }

    [Test]
    public void An_attempt_that_is_not_newer_is_refused_on_all_ranks()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1);
        Exception?[] failures = [.. places.Start(static (_, _, _) => true, Rank.Options with { Attempt = 1 }).Select(static e => e.Failure)];
        Assert.That(failures, Is.All.TypeOf<CheckpointSupersededException>());
        Assert.That(places.Start(static (store, _, _) => store.Attempt, Rank.Options with { Attempt = 9 }).Select(static e => e.Value), Is.All.EqualTo(9));
    }

    [Test]
    public void Bad_options_are_refused_on_all_ranks_before_anything_is_touched()
    {
        foreach (CheckpointOptions bad in new[]
        {
            Rank.Options with { Keep = 1 }, Rank.Options with { Attempt = 0 }, Rank.Options with { Program = "" },
            Rank.Options with { Program = new string('x', 2000) },
        })
        {
            var places = new Places(2, isShared: true);
            Exception?[] failures = [.. places.Start(static (_, _, _) => true, bad).Select(static e => e.Failure)];
            Assert.That(failures, Is.All.TypeOf<CheckpointException>().With.Message.Contains("option"));
            Assert.That(places[0].Files(), Is.Empty);
        }
    }

    [Test]
    public void What_older_attempts_left_half_done_is_cleared_away_and_nothing_committed_is()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        ICheckpointDirectory directory = places.Directory(0);
        directory.CreateDirectory("v9-a1.tmp");
        directory.CreateFile("v9-a1.tmp/rank-0.shard", 10).Dispose();
        directory.CreateDirectory("v0-a1.doomed");
        directory.CreateFile("v0-a1.doomed/manifest", 10).Dispose();
        directory.CreateFile("probe-0-deadbeef", 0).Dispose();

        Assert.That(places.Restart().Step, Is.EqualTo(2));
        Assert.That(directory.List("").Select(static e => e.Name), Is.EquivalentTo(
            new[] { "hpcvirt-checkpoints.v1", "attempt-2", "spare-room", "v1-a1", "v2-a1" }));
    }

    [Test]
    public void A_torn_attempt_record_takes_its_number_and_binds_nobody()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2);
        places.Directory(0).CreateFile("attempt-2", 0).Dispose();
        RestoreReport[] reports = places.Commit(3);
        Assert.That(reports.Select(static r => r.Step), Is.All.EqualTo(2));
        Assert.That(places[0].Files().Keys, Has.Member("attempt-3").And.None.EqualTo("attempt-2"));
    }

    [Test]
    public void Two_jobs_that_start_in_one_directory_at_once_do_not_both_get_in()
    {
        var places = new Places(1, isShared: true);
        places.Commit(1);

        // The other job records the same attempt between this one's look and its own record.
        bool isThere = false;
        var directory = new MeddledDirectory(places.Directory(0), path =>
        {
            if (path != "attempt-2" || isThere) return;
            isThere = true;
            places.Directory(0).CreateFile("attempt-2", 0).Dispose();
        });
        Exception? failure = Job.Run(1, group => Rank.Open(directory, group))[0].Failure;
        Assert.That(failure, Is.TypeOf<CheckpointException>().With.Message.Contains("another job is starting"));
    }

    [Test]
    public void A_rank_that_wakes_up_after_the_next_attempt_has_begun_may_not_commit_and_may_not_delete()
    {
        var places = new Places(2, isShared: true);
        Job.Ended<SaveResult>[] old = places.Start((store, rank, number) =>
        {
            store.Restore(rank.Regions);
            for (int step = 1; step <= 3; step++)
            {
                rank.ComputeTo(step);
                store.Save(step, rank.Regions);
            }

            // Rank 0 brings up a whole new attempt while this one sleeps; the next collective call holds rank 1 back.
            if (number == 0) Assert.That(places.Commit()[0].Step, Is.EqualTo(3));
            rank.ComputeTo(4);
            return store.Save(4, rank.Regions);
        });

        Assert.That(old.Select(static e => e.Value!.Outcome), Is.All.EqualTo(SaveOutcome.Superseded));
        Assert.That(old[1].Value!.Problems[0].Reason, Does.Contain("Attempt 2").And.Contain("must end"));
        Assert.That(places.Restart().Step, Is.EqualTo(3));
    }

    [Test]
    public void A_commit_that_comes_after_the_next_attempt_has_begun_does_not_count()
    {
        var places = new Places(1, isShared: true);
        places.Commit(1, 2);
        places.Commit();

        // What a rank leaves behind that fell asleep between its last look and its rename.
        var late = new Places(1, isShared: true);
        late.Commit(1, 2, 3);
        places.Directory(0).CreateDirectory("v3-a1");
        foreach ((int _, string path) in late.FilesOf("v3-a1"))
        {
            using ICheckpointFile file = places.Directory(0).CreateFile(path, 0);
            file.Write(late[0].Files()[path], 0);
        }

        RestoreReport report = places.Restart();
        Assert.That(report.Step, Is.EqualTo(2));
        Assert.That(report.Skipped.Single().ToString(), Is.EqualTo(
            "skipped v3 of attempt 1: attempt 1 committed it after a newer attempt had begun"));
        Assert.That(new CheckpointCatalog(places.Directory(0)).List()[0].State, Is.EqualTo(CatalogState.Late));
    }
}
