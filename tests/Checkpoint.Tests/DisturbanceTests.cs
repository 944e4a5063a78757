using System;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>What operators, disks and accidents do to checkpoints, and what the next start makes of it.</summary>
internal sealed class DisturbanceTests
{
    public enum Blow
    {
        Delete,
        Truncate,
        TruncateToNothing,
        Corrupt,
        Lengthen,
    }

    [Test]
    public void Any_one_file_of_the_newest_checkpoint_may_suffer_and_the_one_before_is_used([Values] bool isShared, [Values] Blow blow)
    {
        int files = Committed(isShared).FilesOf("v3-a1").Count;
        Assert.That(files, Is.EqualTo(isShared ? 4 : 6));
        for (int i = 0; i < files; i++)
        {
            Places places = Committed(isShared);
            (int rank, string path) = places.FilesOf("v3-a1")[i];
            Strike(places[rank], path, blow, at: 0.4);

            RestoreReport report = places.Restart();
            Assert.That(report.Step, Is.EqualTo(2), $"{blow} {path}");
            Assert.That(report.ToString(), Does.Contain("skipped v3 of attempt 1").And.Contain(path));
            Assert.That(report.Skipped.Select(static s => s.File), Has.Some.Contain(path));
        }
    }

    [Test]
    public void A_corrupt_byte_anywhere_in_a_shard_is_found()
    {
        for (double at = 0; at < 1; at += 0.03)
        {
            Places places = Committed(isShared: true);
            Strike(places[0], "v3-a1/rank-1.shard", Blow.Corrupt, at);
            RestoreReport report = places.Restart();
            Assert.That((report.Step, report.Skipped.Single().Rank), Is.EqualTo((2L, 1)), $"at {at:P0}");
        }
    }

    [Test]
    public void The_damaged_region_is_named()
    {
        Places places = Committed(isShared: true);
        Strike(places[0], "v3-a1/rank-1.shard", Blow.Corrupt, at: 4100.0 / places[0].Files()["v3-a1/rank-1.shard"].Length);
        Assert.That(places.Restart().Skipped.Single().Region, Is.EqualTo("plate"));
    }

    [Test]
    public void The_newest_deleted_in_one_place_is_not_used_in_any()
    {
        Places places = Committed(isShared: false);
        DeleteVersion(places, rank: 2, "v3-a1");
        Assert.That(places.Restart().Step, Is.EqualTo(2));
    }

    [Test]
    public void All_deleted_means_a_fresh_start()
    {
        Places places = Committed(isShared: false);
        for (int rank = 0; rank < places.Ranks; rank++)
        {
            DeleteVersion(places, rank, "v3-a1");
            DeleteVersion(places, rank, "v2-a1");
        }

        RestoreReport report = places.Restart();
        Assert.That((report.IsFresh, report.Step), Is.EqualTo((true, 0L)));
    }

    [Test]
    public void A_lost_place_makes_the_job_refuse_and_say_where_the_files_are_missing()
    {
        Places places = Committed(isShared: false);
        DeleteVersion(places, rank: 1, "v3-a1");
        DeleteVersion(places, rank: 1, "v2-a1");
        NoCheckpointVerifiesException refusal = places.Refusal<NoCheckpointVerifiesException>();
        Assert.That(refusal.Report.Skipped.Select(static s => s.Rank), Is.All.EqualTo(1));
        Assert.That(refusal.Message, Does.Contain("may lie in another host's directory"));
    }

    [Test]
    public void A_second_crash_right_after_a_restart_finds_the_same_checkpoint()
    {
        Places places = Committed(isShared: true);
        Strike(places[0], "v3-a1/rank-0.shard", Blow.Truncate, 0.5);
        Assert.That(places.Restart().Step, Is.EqualTo(2));
        Assert.That(places.Restart().Step, Is.EqualTo(2));
        places.Commit(3);
        RestoreReport report = places.Restart();
        Assert.That((report.Step, report.Version, report.Skipped.Count), Is.EqualTo((3L, 4L, 0)));
    }

    [Test]
    public void A_damaged_newest_version_is_replaced_before_the_one_that_served_is_deleted()
    {
        Places places = Committed(isShared: true);
        Strike(places[0], "v3-a1/manifest", Blow.Corrupt, 0.5);
        places.Commit(3);
        Assert.That(places.Directory(0).List("").Select(static e => e.Name), Has.Some.EqualTo("v2-a1").And.Some.EqualTo("v4-a2"));
        Strike(places[0], "v4-a2/manifest", Blow.Corrupt, 0.5);
        Assert.That(places.Restart().Step, Is.EqualTo(2));
    }

    [Test]
    public void Different_regions_on_different_ranks_are_restored()
    {
        var places = new Places(3, isShared: true);
        int[][] values = [[], [], []];
        CheckpointRegion[] Regions(int rank) => [.. Enumerable.Range(0, rank).Select(i =>
            (CheckpointRegion)new MemoryRegion<int>($"r{i}", () => values[rank].AsMemory(i * 4, 4)))];
        places.Start((store, _, rank) =>
        {
            values[rank] = [.. Enumerable.Range(rank * 100, rank * 4)];
            return store.Save(1, Regions(rank));
        });
        places.Start((store, _, rank) =>
        {
            values[rank] = new int[rank * 4];
            return store.Restore(Regions(rank));
        });
        Assert.That(values.Select(static (v, rank) => v.SequenceEqual(Enumerable.Range(rank * 100, rank * 4))), Is.All.True);
    }

    private static Places Committed(bool isShared)
    {
        var places = new Places(3, isShared);
        places.Commit(1, 2, 3);
        return places;
    }

    private static void DeleteVersion(Places places, int rank, string version)
    {
        foreach (string path in places[rank].Files().Keys.Where(p => p.StartsWith(version, StringComparison.Ordinal))) places[rank].Delete(path);
        places[rank].Delete(version);
    }

    private static void Strike(MemoryDisk disk, string path, Blow blow, double at)
    {
        byte[] bytes = disk.Files()[path];
        int offset = (int)(at * bytes.Length);
        switch (blow)
        {
            case Blow.Delete:
                disk.Delete(path);
                break;
            case Blow.Truncate:
                disk.Overwrite(path, bytes[..offset]);
                break;
            case Blow.TruncateToNothing:
                disk.Overwrite(path, []);
                break;
            case Blow.Lengthen:
                disk.Overwrite(path, [.. bytes, 0]);
                break;
            default:
                bytes[offset] ^= 0x10;
                disk.Overwrite(path, bytes);
                break;
        }
    }
}
