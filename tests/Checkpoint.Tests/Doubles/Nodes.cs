using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>The hosts of a job, one per rank: each with a directory in memory of its own, and one directory that all share.</summary>
internal sealed class Nodes : IDisposable
{
    public Nodes(int ranks, StagedOptions? options = null)
    {
        Ranks = ranks;
        Root = Directory.CreateDirectory(Path.Combine("/dev/shm", $"hpcvirt-test-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;
        Options = (options ?? new StagedOptions { Program = "heat" }) with
        {
            FailureDomain = static (rank, _) => $"node-{rank}",
        };
    }

    public int Ranks { get; }

    public string Root { get; }

    public StagedOptions Options { get; init; }

    /// <summary>How long one rank waits for another.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether there is a tier that all ranks share, and every how manieth version goes there; 0: none.</summary>
    public int SharedEvery { get; init; }

    public int Elements { get; init; } = 5000;

    /// <summary>Whether each rank has more to protect than the one before.</summary>
    public bool AreSizesDifferent { get; init; }

    public string Node(int rank) => Path.Combine(Root, $"node-{rank}");

    public string Shared => Path.Combine(Root, "shared");

    private int ElementsOf(int rank) => AreSizesDifferent ? Elements * (1 + (2 * rank)) : Elements;

    public void Lose(int rank) => Directory.Delete(Node(rank), recursive: true);

    public Job.Ended<T>[] Start<T>(Func<StagedStore, Rank, T> body) => Job.Run(Ranks, group =>
    {
        TierOptions[] tiers = SharedEvery == 0 ? [] : [new TierOptions("shared", new PhysicalDirectory(Shared)) { Every = SharedEvery }];
        using StagedStore store = StagedStore.Open(new MemoryDirectory(Node(group.Rank)), tiers, group, Options with { Deadline = Deadline }, Guid.NewGuid, TimeProvider.System);
        return body(store, new Rank(group.Rank, ElementsOf(group.Rank)));
    });

    /// <summary>One attempt that restores and then commits these steps; returns what each rank restored.</summary>
    public RestoreReport[] Commit(params long[] steps) => Returned(Start((store, rank) =>
    {
        RestoreReport report = store.Restore(rank.Regions);
        foreach (long step in steps)
        {
            rank.ComputeTo(step);
            StageReport staged = store.Stage(step, rank.Regions);
            SaveResult saved = store.AwaitCommit(staged.Version);
            if (!saved.IsCommitted) throw new InvalidOperationException(saved.ToString());
        }

        store.Drain();
        return report;
    }));

    /// <summary>One attempt that only restores, and ends in good order; all ranks must hold the right values.</summary>
    public RestoreReport Restart() => Returned(Start(static (store, rank) =>
    {
        RestoreReport report = store.Restore(rank.Regions);
        if (report.IsFresh ? !rank.IsUntouched : !rank.IsAt(report.Step)) throw new InvalidOperationException($"wrong values at step {report.Step}");
        store.EndInGoodOrder();
        return report;
    }))[0];

    public static T[] Returned<T>(Job.Ended<T>[] ended)
    {
        Exception[] failures = [.. ended.Select(static e => e.Failure).OfType<Exception>()];
        if (failures.Length > 0) throw new AggregateException(failures);
        return [.. ended.Select(static e => e.Value!)];
    }

    /// <summary>Flips one bit in the middle of a file.</summary>
    public static void Corrupt(string path)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }

    public IEnumerable<string> Files(int rank, string pattern) => Directory.EnumerateFiles(Node(rank), pattern, SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
