using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>The disks of a job, on which one attempt after the other is started.</summary>
internal sealed class Places
{
    private readonly MemoryDisk[] _disks;

    public Places(int ranks, bool isShared)
    {
        var first = new MemoryDisk();
        _disks = [.. Enumerable.Range(0, ranks).Select(rank => rank == 0 || isShared ? first : new MemoryDisk())];
    }

    public int Ranks => _disks.Length;

    public MemoryDisk this[int rank] => _disks[rank];

    public ICheckpointDirectory Directory(int rank) => new FaultyDirectory(_disks[rank], new FaultPlan());

    /// <summary>One attempt: opens the store on each rank and runs the body.</summary>
    public Job.Ended<T>[] Start<T>(Func<CheckpointStore, Rank, int, T> body, CheckpointOptions? options = null) => Job.Run(Ranks, group =>
    {
        CheckpointStore store = Rank.Open(Directory(group.Rank), group, options);
        return body(store, new Rank(group.Rank), group.Rank);
    });

    /// <summary>One attempt that restores and then commits these steps; returns what each rank restored.</summary>
    public RestoreReport[] Commit(params long[] steps) => [.. Start((store, rank, _) =>
    {
        RestoreReport report = store.Restore(rank.Regions);
        foreach (long step in steps)
        {
            rank.ComputeTo(step);
            SaveResult saved = store.Save(step, rank.Regions);
            if (!saved.IsCommitted) throw new InvalidOperationException(saved.ToString());
        }

        return report;
    }).Select(static e => e.Failure is null ? e.Value! : throw new AggregateException(e.Failure))];

    /// <summary>One attempt that only restores, and ends in good order; all ranks must agree and hold the right values. Returns rank 0's report.</summary>
    public RestoreReport Restart(CheckpointOptions? options = null)
    {
        Job.Ended<RestoreReport>[] ended = Start(static (store, rank, _) =>
        {
            RestoreReport report = store.Restore(rank.Regions);
            if (report.IsFresh ? !rank.IsUntouched : !rank.IsAt(report.Step)) throw new InvalidOperationException("wrong values");
            store.EndInGoodOrder();
            return report;
        }, options);
        foreach (Job.Ended<RestoreReport> e in ended)
        {
            if (e.Failure is not null) throw new AggregateException(e.Failure);
        }

        RestoreReport[] reports = [.. ended.Select(static e => e.Value!)];
        Assert.That(reports.Select(static r => (r.Step, r.Version)).Distinct().Count(), Is.EqualTo(1), "ranks restored different versions");
        Assert.That(reports.Select(static r => string.Join('|', r.Skipped)).Distinct().Count(), Is.EqualTo(1), "ranks were told different stories");
        return reports[0];
    }

    /// <summary>The refusal that every rank must get, with the same words.</summary>
    public T Refusal<T>(CheckpointOptions? options = null, Func<int, CheckpointRegion[]>? regions = null)
        where T : CheckpointException
    {
        Exception?[] failures = [.. Start((store, rank, number) => store.Restore(regions?.Invoke(number) ?? rank.Regions), options)
            .Select(static e => e.Failure)];
        Assert.That(failures, Is.All.TypeOf<T>());
        return (T)failures[0]!;
    }

    /// <summary>The files of the newest version, as (rank whose disk it is on, path).</summary>
    public IReadOnlyList<(int Rank, string Path)> FilesOf(string version) =>
        [.. Enumerable.Range(0, Ranks).Where(rank => rank == 0 || _disks[rank] != _disks[0]).SelectMany(rank =>
            _disks[rank].Files().Keys.Where(path => path.StartsWith(version + "/", StringComparison.Ordinal)).Select(path => (rank, path)))];
}
