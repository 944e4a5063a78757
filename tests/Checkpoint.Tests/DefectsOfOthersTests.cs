using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>Defects that were found in other checkpoint libraries, each held off by a test.</summary>
internal sealed class DefectsOfOthersTests
{
    [Test]
    public void Defect_1_no_file_under_a_final_name_is_ever_written_or_copied()
    {
        // A flush that copies across file systems failed with EXDEV and left files of length zero under their final names.
        // Here a final name comes into being by one rename within one directory, and is never opened for writing.
        IReadOnlyList<string> operations = OneSave();
        string[] changesOfFinal = [.. operations.Where(static o =>
            (o.StartsWith("create ", StringComparison.Ordinal) || o.StartsWith("write ", StringComparison.Ordinal))
            && o.Contains("v4-a1/", StringComparison.Ordinal))];
        Assert.That(changesOfFinal, Is.Empty);
        Assert.That(operations.Count(static o => o == "rename v4-a1.tmp v4-a1"), Is.EqualTo(1));
    }

    [Test]
    public void Defect_2_the_version_is_the_intersection_over_the_ranks_and_not_the_maximum()
    {
        var places = new Places(4, isShared: false);
        places.Commit(1, 2, 3);
        places[2].Delete("v3-a1/rank-2.shard");
        RestoreReport report = places.Restart();
        Assert.That((report.Step, report.Skipped.Single().Rank), Is.EqualTo((2L, 2)));
    }

    [Test]
    public void Defect_3_a_truncated_file_that_is_present_does_not_pass_for_a_checkpoint()
    {
        var places = new Places(2, isShared: false);
        places.Commit(1, 2);
        places[1].Overwrite("v2-a1/rank-1.shard", places[1].Files()["v2-a1/rank-1.shard"][..^1]);
        Assert.That(places.Restart().Step, Is.EqualTo(1));
    }

    [Test]
    public void Defect_5_the_old_checkpoint_is_deleted_only_after_the_new_one_is_durable()
    {
        IReadOnlyList<string> operations = OneSave();
        int renamed = IndexOf(operations, "rename v4-a1.tmp v4-a1");
        int synced = IndexOf(operations, "fsync /", from: renamed);
        int doomed = IndexOf(operations, "rename v2-a1 v2-a1.doomed");
        int doomSynced = IndexOf(operations, "fsync /", from: doomed);
        int deleted = operations.Select(static (o, i) => (o, i)).First(static p => p.o.StartsWith("unlink", StringComparison.Ordinal)).i;
        Assert.That(new[] { renamed, synced, doomed, doomSynced, deleted }, Is.Ordered.And.All.GreaterThanOrEqualTo(0));
    }

    [Test]
    [NonParallelizable]
    public void Defect_6_a_container_without_USER_and_HOME_can_checkpoint()
    {
        string? user = Environment.GetEnvironmentVariable("USER");
        string? home = Environment.GetEnvironmentVariable("HOME");
        string root = Directory.CreateTempSubdirectory("checkpoint-").FullName;
        try
        {
            Environment.SetEnvironmentVariable("USER", null);
            Environment.SetEnvironmentVariable("HOME", null);
            SaveOutcome[] outcomes = Job.Returned(2, group =>
                Rank.Open(new PhysicalDirectory(Path.Combine(root, "place")), group).Save(1, new Rank(group.Rank).Regions).Outcome);
            Assert.That(outcomes, Is.All.EqualTo(SaveOutcome.Committed));
        }
        finally
        {
            Environment.SetEnvironmentVariable("USER", user);
            Environment.SetEnvironmentVariable("HOME", home);
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>What the only rank of a job does to save step 4, when steps 1 to 3 are committed.</summary>
    private static IReadOnlyList<string> OneSave()
    {
        var plan = new FaultPlan();
        Job.Returned(1, group =>
        {
            CheckpointStore store = Rank.Open(new FaultyDirectory(new MemoryDisk(), plan), group);
            for (int step = 1; step <= 3; step++) store.Save(step, new Rank(0).Regions);
            plan.Arm(-1, Fault.None);
            return store.Save(4, new Rank(0).Regions);
        });
        return plan.Operations;
    }

    private static int IndexOf(IReadOnlyList<string> operations, string operation, int from = 0)
    {
        for (int i = from; i < operations.Count; i++)
        {
            if (operations[i] == operation) return i;
        }

        return -1;
    }
}
