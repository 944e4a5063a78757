using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>A restart says how far it is.</summary>
internal sealed class ProgressTests
{
    private const int Elements = 700_000;

    [Test]
    public void Every_byte_is_reported_once_when_verified_and_once_when_filled_in([Values] bool throughMemory)
    {
        var heard = new Heard();
        if (throughMemory)
        {
            using var nodes = new Nodes(2) { Elements = Elements };
            nodes.Commit(1);
            Nodes.Returned(nodes.Start((store, rank) => store.Restore(rank.Regions, rank.Number == 0 ? heard : null)));
        }
        else
        {
            var disk = new MemoryDisk();
            foreach (bool restores in (bool[])[false, true])
            {
                Job.Returned(2, group =>
                {
                    CheckpointStore store = Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group);
                    var rank = new Rank(group.Rank, Elements);
                    rank.ComputeTo(1);
                    return restores ? store.Restore(rank.Regions, group.Rank == 0 ? heard : null).Step == 1 : store.Save(1, rank.Regions).IsCommitted;
                });
            }
        }

        long noteBytes = "rank 0 at step 1 .".Length;
        Assert.That(heard.All[0].DoneBytes, Is.Zero);
        Assert.That(heard.All.Select(static p => p.TotalBytes), Is.All.EqualTo(2 * ((8L * Elements) + noteBytes)));
        Assert.That(heard.All.Select(static p => p.DoneBytes), Is.Ordered.And.Unique);
        Assert.That(heard.All[^1].DoneBytes, Is.EqualTo(heard.All[^1].TotalBytes));
        Assert.That(heard.All, Has.Count.GreaterThan(10), "often enough for a bar");
    }

    private sealed class Heard : IProgress<RestoreProgress>
    {
        public List<RestoreProgress> All { get; } = [];

        public void Report(RestoreProgress value) => All.Add(value);
    }
}
