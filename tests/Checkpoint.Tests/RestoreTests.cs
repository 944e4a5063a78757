using System;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

internal sealed class RestoreTests
{
    [Test]
    public void A_checkpoint_of_another_program_is_refused()
    {
        Places places = Committed();
        Assert.That(
            places.Refusal<CheckpointMismatchException>(Rank.Options with { Program = "ocean" }).Message,
            Does.Contain("written by program 'heat', and this is 'ocean'"));
    }

    [Test]
    public void A_checkpoint_of_another_number_of_ranks_is_refused([Values(1, 3)] int ranks)
    {
        Places two = Committed();
        Exception?[] failures = [.. Job.Run(ranks, group => Rank.Open(two.Directory(0), group).Restore(new Rank(group.Rank).Regions))
            .Select(static e => e.Failure)];
        Assert.That(failures, Is.All.TypeOf<CheckpointMismatchException>().With.Message.Contains($"written by 2 ranks, and this job has {ranks}"));
    }

    [Test]
    public void A_region_of_another_shape_is_refused_with_both_shapes()
    {
        Places places = Committed();
        string message = places.Refusal<CheckpointMismatchException>(regions: static n => new Rank(n, elements: n == 1 ? 12 : 10).Regions).Message;
        Assert.That(message, Does.Contain("rank 1: Region 'plate' is float64[2, 5] in the checkpoint, but float64[2, 6] in this program"));
        Assert.That(message, Does.Not.Contain("rank 0"));
    }

    [Test]
    public void A_region_of_another_type_is_refused_with_both_types()
    {
        Places places = Committed();
        string Message(CheckpointRegion region, int replaced) => places.Refusal<CheckpointMismatchException>(
            regions: n => [.. new Rank(n).Regions.Select((r, i) => i == replaced ? region : r)]).Message;

        Assert.That(Message(new MemoryRegion<float>("plate", static () => new float[10], 2, 5), 0), Does.Contain("float64[2, 5]").And.Contain("float32[2, 5]"));
        Assert.That(Message(new ObjectRegion("plate", static () => [], static _ => { }), 0), Does.Contain("float64[2, 5]").And.Contain("a serialized object"));
        Assert.That(Message(new MemoryRegion<byte>("note", static () => new byte[3]), 1), Does.Contain("object[").And.Contain("uint8[3]"));
    }

    [Test]
    public void Other_regions_than_were_saved_are_refused_by_name()
    {
        Places places = Committed();
        Assert.That(
            places.Refusal<CheckpointMismatchException>(regions: static n => new Rank(n).Regions[..1]).Message,
            Does.Contain("holds region 'note'").And.Contain("does not protect"));
        Assert.That(
            places.Refusal<CheckpointMismatchException>(
                regions: static n => [.. new Rank(n).Regions, new MemoryRegion<int>("extra", static () => new int[1])]).Message,
            Does.Contain("Region 'extra' of this program is not in the checkpoint"));
    }

    [Test]
    public void A_mismatch_is_not_mended_by_deleting_or_starting_over()
    {
        Places places = Committed();
        places.Refusal<CheckpointMismatchException>(Rank.Options with { Program = "ocean", StartOverIfNoneVerifies = true });
        Assert.That(places.Restart().Step, Is.EqualTo(2));
    }

    [Test]
    public void If_none_verifies_the_job_refuses_and_names_each([Values] bool isShared)
    {
        Places places = Committed(isShared);
        Damage(places, "v1-a1/rank-1.shard");
        Damage(places, "v2-a1/rank-1.shard");
        NoCheckpointVerifiesException refusal = places.Refusal<NoCheckpointVerifiesException>();
        Assert.That(refusal.Message, Does.Contain("v1-a1/rank-1.shard").And.Contain("v2-a1/rank-1.shard").And.Contain("StartOverIfNoneVerifies"));
        Assert.That(refusal.Report.Skipped.Select(static s => (s.Version, s.Rank)), Is.EqualTo(new[] { (2L, 1), (1L, 1) }));
    }

    [Test]
    public void If_none_verifies_and_it_is_allowed_the_job_starts_over_and_says_so()
    {
        Places places = Committed();
        Damage(places, "v1-a1/manifest");
        Damage(places, "v2-a1/manifest");
        RestoreReport report = places.Restart(Rank.Options with { StartOverIfNoneVerifies = true });
        Assert.That(report.IsFresh);
        Assert.That(report.ToString(), Does.Contain("skipped v2 of attempt 1").And.EndsWith("fresh start"));
    }

    [Test]
    public void An_object_that_cannot_be_read_back_is_passed_over_with_its_reason()
    {
        Places places = Committed();
        Job.Ended<RestoreReport>[] ended = places.Start(static (store, rank, number) =>
        {
            int calls = 0;
            var picky = new ObjectRegion("note", static () => [], bytes =>
            {
                if (number == 1 && calls++ == 0) throw new FormatException("too new");
            });
            return store.Restore([rank.Regions[0], picky]);
        });
        Assert.That(ended.Select(static e => e.Value!.Step), Is.All.EqualTo(1));
        Assert.That(ended[0].Value!.Skipped.Single().ToString(), Does.Contain("rank 1").And.Contain("FormatException: too new"));
    }

    [Test]
    public void A_restore_in_the_middle_of_a_run_takes_the_newest_and_may_be_repeated()
    {
        var places = new Places(2, isShared: false);
        Job.Ended<bool>[] ended = places.Start(static (store, rank, _) =>
        {
            for (int step = 1; step <= 3; step++)
            {
                rank.ComputeTo(step);
                store.Save(step, rank.Regions);
            }

            for (int i = 0; i < 2; i++)
            {
                rank.ComputeTo(99);
                Assert.That(store.Restore(rank.Regions).Step, Is.EqualTo(3));
                Assert.That(rank.IsAt(3));
            }

            return true;
        });
        Assert.That(ended.Select(static e => e.Failure), Is.All.Null);
    }

    [Test]
    public void A_place_whose_rename_was_lost_is_completed_and_until_then_read_under_the_temporary_name([Values] bool renameFailsAgain)
    {
        Places places = Committed(isShared: false);
        places.Directory(1).Rename("v2-a1", "v2-a1.tmp");
        var plan = new FaultPlan { AlwaysFails = renameFailsAgain ? "rename v2-a1.tmp v2-a1" : null };
        var seen = Job.Returned(2, group =>
        {
            CheckpointStore store = Rank.Open(group.Rank == 1 ? new FaultyDirectory(places[1], plan) : places.Directory(0), group);
            var rank = new Rank(group.Rank);
            long step = store.Restore(rank.Regions).Step;
            return (Step: step, IsRight: rank.IsAt(2), Warnings: store.Warnings.Count);
        });
        Assert.That(seen.Select(static s => (s.Step, s.IsRight)), Is.All.EqualTo((2L, true)));
        Assert.That(seen[1].Warnings, Is.EqualTo(renameFailsAgain ? 1 : 0));
        Assert.That(places[1].Find("v2-a1") is null, Is.EqualTo(renameFailsAgain));
    }

    [Test]
    public void A_temporary_version_without_any_record_was_never_voted_and_is_not_used()
    {
        Places places = Committed(isShared: false);
        places.Directory(0).Rename("v2-a1", "v2-a1.tmp");
        places.Directory(1).Rename("v2-a1", "v2-a1.tmp");
        Assert.That(places.Restart().Step, Is.EqualTo(1));
        Assert.That(places[1].Find("v2-a1.tmp"), Is.Null);
    }

    [Test]
    public void Records_of_two_different_checkpoints_under_one_name_do_not_pass_for_one()
    {
        Places mine = Committed(isShared: false);
        var other = new Places(2, isShared: false);
        other.Commit(1, 7);
        foreach ((int rank, string path) in other.FilesOf("v2-a1").Where(static f => f.Rank == 1)) mine[1].Overwrite(path, other[rank].Files()[path]);

        RestoreReport report = mine.Restart();
        Assert.That(report.Step, Is.EqualTo(1));
        Assert.That(report.Skipped.Single().Reason, Is.EqualTo("the places hold different manifests"));
    }

    [Test]
    public void Memory_beyond_2_GiB_is_reached_without_a_copy()
    {
        // Untouched pages of a large array cost nothing; only its two ends are used.
        double[] large = GC.AllocateUninitializedArray<double>(300_000_000);
        var region = new MemoryRegion<double>("large", () => large);
        RegionDescriptor descriptor = region.BeginSave();
        Assert.That(descriptor.LengthBytes, Is.EqualTo(2_400_000_000));

        region.Slice(descriptor.LengthBytes - 8, 8).Fill(0x3F);
        Assert.That(BitConverter.DoubleToInt64Bits(large[^1]), Is.EqualTo(0x3F3F3F3F3F3F3F3F));
        Assert.That(() => region.Slice(descriptor.LengthBytes - 7, 8).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        region.EndSave();
    }

    private static Places Committed(bool isShared = true)
    {
        var places = new Places(2, isShared);
        places.Commit(1, 2);
        return places;
    }

    private static void Damage(Places places, string path)
    {
        foreach (MemoryDisk disk in new[] { places[0], places[1] }.Distinct().Where(d => d.Find(path) is not null))
        {
            byte[] bytes = disk.Files()[path];
            bytes[^1] ^= 1;
            disk.Overwrite(path, bytes);
        }
    }
}
