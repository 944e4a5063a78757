using System;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

internal sealed class FootprintTests
{
    [Test]
    public void Neither_saving_nor_restoring_takes_memory_in_proportion_to_the_state()
    {
        const int StateBytes = 64 << 20;
        string root = Directory.CreateTempSubdirectory("checkpoint-").FullName;
        try
        {
            (long Save, long Restore) allocated = Job.Returned(1, group =>
            {
                double[] state = [.. Enumerable.Range(0, StateBytes / 8).Select(static i => (double)i)];
                CheckpointRegion[] regions = [new MemoryRegion<double>("state", () => state)];
                CheckpointStore store = Rank.Open(new PhysicalDirectory(root), group);
                long before = GC.GetAllocatedBytesForCurrentThread();
                Assert.That(store.Save(1, regions).IsCommitted);
                long between = GC.GetAllocatedBytesForCurrentThread();
                Array.Clear(state);
                Assert.That(store.Restore(regions).Step, Is.EqualTo(1));
                long after = GC.GetAllocatedBytesForCurrentThread();
                Assert.That(state[^1], Is.EqualTo((StateBytes / 8) - 1));
                return (between - before, after - between);
            })[0];

            // One block of 1 MiB to verify with, and small things.
            Assert.That(allocated.Save, Is.LessThan(1 << 20));
            Assert.That(allocated.Restore, Is.LessThan(2 << 20));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
