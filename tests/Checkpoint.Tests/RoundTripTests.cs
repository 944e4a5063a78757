using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

internal sealed class RoundTripTests
{
    [Test]
    public void What_was_saved_is_restored_by_the_next_attempt([Values(1, 2, 5)] int ranks)
    {
        var disk = new MemoryDisk();
        SaveResult[] saved = Job.Returned(ranks, group =>
        {
            CheckpointStore store = Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group);
            var rank = new Rank(group.Rank);
            RestoreReport fresh = store.Restore(rank.Regions);
            Assert.That(fresh.IsFresh && rank.IsUntouched);
            rank.ComputeTo(7);
            return store.Save(7, rank.Regions);
        });
        Assert.That(saved.Select(static r => r.Outcome), Is.All.EqualTo(SaveOutcome.Committed));

        RestoreReport[] restored = Job.Returned(ranks, group =>
        {
            CheckpointStore store = Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group);
            var rank = new Rank(group.Rank);
            RestoreReport report = store.Restore(rank.Regions);
            Assert.That(rank.IsAt(7));
            Assert.That(store.Attempt, Is.EqualTo(2));
            return report;
        });
        Assert.That(restored.Select(static r => (r.Step, r.Version, r.Attempt)), Is.All.EqualTo((7L, 1L, 1L)));
        Assert.That(restored.SelectMany(static r => r.Skipped), Is.Empty);
    }

    [Test]
    public void It_works_on_a_real_disk_with_a_shared_and_with_separate_directories([Values] bool isShared)
    {
        string root = Directory.CreateTempSubdirectory("checkpoint-").FullName;
        try
        {
            PhysicalDirectory Place(int rank) => new(Path.Combine(root, "a", isShared ? "all" : $"{rank}"));
            long[] steps = [.. Enumerable.Range(0, 3).Select(_ => Job.Returned(3, group =>
            {
                CheckpointStore store = Rank.Open(Place(group.Rank), group);
                Assert.That(store.PlaceCount, Is.EqualTo(isShared ? 1 : 3));
                var rank = new Rank(group.Rank);
                RestoreReport report = store.Restore(rank.Regions);
                Assert.That(report.IsFresh || rank.IsAt(report.Step));
                for (int i = 1; i <= 4; i++)
                {
                    rank.ComputeTo(report.Step + i);
                    Assert.That(store.Save(report.Step + i, rank.Regions).ToString(), Does.Contain("committed"));
                }

                return report.Step;
            })[0])];
            Assert.That(steps, Is.EqualTo(new long[] { 0, 4, 8 }));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
