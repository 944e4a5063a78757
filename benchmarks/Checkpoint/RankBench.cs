using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Agreement;
using MPI;

namespace HpcVirt.Benchmarks.Checkpoint;

/// <summary>One rank of a job that does nothing but checkpoint. Each rank stands for a node: it has a place of its own.</summary>
internal sealed class RankBench : IDisposable
{
    private const int StateBytes = 256 << 20;
    private const int Repetitions = 5;
    private const int WarmUps = 4;

    /// <summary>The runtime compiles a method anew when it has been called thirty times, on the cores that are measured: in a long job that is over.</summary>
    private const int UntilCompiled = 40;

    private static readonly TimeSpan OthersEnd = TimeSpan.FromSeconds(0.02);
    private static readonly TimeSpan Computing = TimeSpan.FromSeconds(0.2);

    private readonly BoundedCollectives _group;
    private readonly string _root;
    private readonly FigureLines _figures;
    private readonly MpiBuffer<double> _state = new(StateBytes / sizeof(double));
    private readonly MpiBuffer<double> _copy = new(StateBytes / sizeof(double));
    private readonly CheckpointRegion[] _regions;
    private readonly Random _random;
    private int _stores;

    public RankBench(Intracommunicator world, string root, FigureLines figures)
    {
        _group = new BoundedCollectives(world, TimeSpan.FromMinutes(2), TimeProvider.System);
        _root = root;
        _figures = figures;
        _random = new Random(world.Rank + 1);
        _random.NextBytes(MemoryMarshal.AsBytes(_state.Span));
        _regions = [new MemoryRegion<double>("state", () => _state.Memory)];
    }

    private Span<byte> State => MemoryMarshal.AsBytes(_state.Span);

    public void Run()
    {
        Committed("committed_single", RedundancyScheme.None, 0.75);
        Committed("committed_partner", RedundancyScheme.Partner, 1.9);
        Committed("committed_xor", RedundancyScheme.Xor, _group.Size == 2 ? 1.9 : 1.7);
        if (_group.Size > 2) Committed("committed_rs2", RedundancyScheme.ReedSolomon, 2.6);
        if (_figures.IsWanted("committed_partner_sockets")) Committed("committed_partner_sockets", RedundancyScheme.Partner, double.NaN, sharesMemory: false);
        Incremental();
        Shared();
        Restoring();
        Dispose();
    }

    public void Dispose()
    {
        ((IDisposable)_state).Dispose();
        ((IDisposable)_copy).Dispose();
        _group.Dispose();
    }

    private void Committed(string name, RedundancyScheme scheme, double bar, bool sharesMemory = true)
    {
        bool isFirst = scheme == RedundancyScheme.None;
        if (!_figures.IsWanted(isFirst ? ["committed_single", "stopped_full", "extra_memory"] : [name])) return;
        List<double> committed = [], stopped = [], memcpys = [];
        using (StagedStore store = Open(scheme, tracks: false, sharesMemory: sharesMemory))
        {
            for (int i = 0; i < WarmUps; i++) Save(store);
            for (int i = 0; i < Repetitions; i++)
            {
                double raw = RawWrite();
                double memcpy = Timed(() => State.CopyTo(MemoryMarshal.AsBytes(_copy.Span)));
                (double stoppedS, double committedS) = Save(store);
                committed.Add(committedS / raw);
                stopped.Add(stoppedS / raw);
                memcpys.Add(stoppedS / memcpy);
            }

            if (isFirst)
            {
                _figures.Say("stopped_full", "a raw write", 0.42, stopped);
                _figures.Say("stopped_full_memcpy", "a memcpy of the state", 1.15, memcpys);
                _figures.Say("extra_memory", "slots x protected bytes", 1.10, [store.ReservedBytes / (3.0 * StateBytes)]);
            }

            _figures.Say(name, "a raw write", bar, committed);
        }

        Clear();
    }

    private void Incremental()
    {
        if (!_figures.IsWanted("stopped_5pct", "committed_5pct", "stopped_0pct")) return;
        using (StagedStore store = Open(RedundancyScheme.None, tracks: true))
        {
            if (store.Tracking != TrackingKind.WriteProtection && _group.Rank == 0) Console.Error.WriteLine($"changes are not tracked: {store.WhyUntracked}");
            for (int i = 0; i < WarmUps; i++) Save(store);
            for (int i = 0; i < UntilCompiled; i++) SaveAfterChanges(store, 0.05);
            List<double> stopped = [], committed = [], idle = [];
            for (int i = 0; i < Repetitions; i++)
            {
                double raw = RawWrite();
                (double stoppedS, double committedS) = SaveAfterChanges(store, 0.05);
                stopped.Add(stoppedS / raw);
                committed.Add(committedS / raw);
                idle.Add(SaveAfterChanges(store, 0).Stopped / raw);
            }

            _figures.Say("stopped_5pct", "a raw write", 0.05, stopped);
            _figures.Say("committed_5pct", "a raw write", 0.12, committed);
            _figures.Say("stopped_0pct", "a raw write", 0.02, idle);
        }

        Clear();
    }

    private void Shared()
    {
        if (!_figures.IsWanted("shared_tier")) return;
        string disk = Path.Combine(Path.GetTempPath(), Path.GetFileName(_root));
        List<double> speeds = [];
        Directory.CreateDirectory(disk);
        using (StagedStore store = Open(RedundancyScheme.None, tracks: false, [new TierOptions("shared", new PhysicalDirectory(Path.Combine(disk, "shared"))) { Every = 2 }]))
        {
            for (int i = 0; i < Repetitions; i++)
            {
                string plainFile = Path.Combine(disk, $"plain-{_group.Rank}");
                double plain = Timed(() => PlainFiles.Write(plainFile, State, syncs: true));
                File.Delete(plainFile);

                // Every second version goes to the shared tier, and its own result says how long that took behind the memory tier.
                store.TakeResults();
                for (int version = 0; version < 2; version++)
                {
                    store.AwaitCommit(store.Stage(i, _regions).Version);
                    store.Drain();
                }

                TimeSpan flushed = store.TakeResults().Where(static r => r.Tier == "shared").Select(static r => r.Result.Elapsed).Single();
                speeds.Add(plain / (Largest(flushed.TotalSeconds)));
            }
        }

        _figures.Say("shared_tier", "the speed of a plain fsynced write", -0.9, speeds);
        Clear();
        if (_group.Rank == 0) Directory.Delete(disk, recursive: true);
    }

    private void Restoring()
    {
        if (!_figures.IsWanted("restore", "rebuild")) return;
        using (StagedStore store = Open(RedundancyScheme.Xor, tracks: false))
        {
            for (int i = 0; i < 3; i++) Save(store);
        }

        string file = Path.Combine(_root, $"plain-{_group.Rank}");
        PlainFiles.Write(file, State, syncs: false);
        List<double> restored = [], rebuilt = [];
        for (int i = 0; i < Repetitions + 1; i++)
        {
            double raw = Timed(() => PlainFiles.Read(file, MemoryMarshal.AsBytes(_copy.Span)));
            double restore = TimedRestore();
            if (_group.Rank == i % _group.Size) Directory.Delete(Node(_group.Rank), recursive: true);
            double rebuild = TimedRestore();

            // The first time is the compiler's.
            if (i == 0) continue;
            restored.Add(restore / raw);
            rebuilt.Add(rebuild / raw);
        }

        File.Delete(file);
        _figures.Say("restore", "a raw read", 1.3, restored);
        _figures.Say("rebuild", "a raw read", 3, rebuilt);
        Clear();
    }

    private double TimedRestore()
    {
        using StagedStore store = Reopen(RedundancyScheme.Xor, tracks: false, [], sharesMemory: true);
        double seconds = Timed(() => store.Restore(_regions));

        // The program computes by now, and what was lost is put back behind it.
        store.Drain();
        _group.Barrier();
        return seconds;
    }

    private StagedStore Open(RedundancyScheme scheme, bool tracks, IReadOnlyList<TierOptions>? tiers = null, bool sharesMemory = true)
    {
        _stores++;
        return Reopen(scheme, tracks, tiers ?? [], sharesMemory);
    }

    private StagedStore Reopen(RedundancyScheme scheme, bool tracks, IReadOnlyList<TierOptions> tiers, bool sharesMemory) => StagedStore.Open(
        new MemoryDirectory(Node(_group.Rank)), tiers, _group,
        new StagedOptions
        {
            Program = "bench",
            Scheme = scheme,
            TrackChanges = tracks,
            ShareMemory = sharesMemory,
            FailureDomain = static (rank, _) => $"node-{rank}",
        },
        Guid.NewGuid, TimeProvider.System);

    private string Node(int rank) => Path.Combine(_root, $"store-{_stores}", $"node-{rank}");

    private (double Stopped, double Committed) SaveAfterChanges(StagedStore store, double share)
    {
        const int PageDoubles = 512;

        // A program computes between its checkpoints, and the store brings a slot up to date meanwhile.
        Thread.Sleep(Computing);
        store.Drain();
        int pages = _state.Length / PageDoubles;
        for (int i = 0; i < (int)(share * pages); i++) _state[_random.Next(pages) * PageDoubles] += 1;
        return Save(store);
    }

    /// <summary>The longest stop of a rank, and the time from the barrier before to the last rank's knowing of the commit.</summary>
    private (double Stopped, double Committed) Save(StagedStore store)
    {
        store.Drain();
        StageReport? staged = null;
        double committed = Timed(() =>
        {
            staged = store.Stage(_stores, _regions);
            SaveResult result = store.AwaitCommit(staged.Version);
            if (!result.IsCommitted) throw new InvalidOperationException(result.ToString());
        });
        return (Largest(staged!.Stopped.TotalSeconds), committed);
    }

    private double RawWrite()
    {
        string file = Path.Combine(_root, $"raw-{_group.Rank}");
        double seconds = Timed(() => PlainFiles.Write(file, State, syncs: false));
        File.Delete(file);
        return seconds;
    }

    /// <summary>The time until the last rank is done, all beginning together.</summary>
    private double Timed(Action work)
    {
        _group.Barrier();
        long startedAt = Stopwatch.GetTimestamp();
        work();
        double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;

        // A rank that is done polls in MPI for the others, on a core that their threads may need.
        Thread.Sleep(OthersEnd);
        return Largest(seconds);
    }

    private double Largest(double seconds) => _group.Maximum((long)(seconds * 1e9)) / 1e9;

    private void Clear()
    {
        _group.Barrier();
        if (_group.Rank == 0) Directory.Delete(Path.Combine(_root, $"store-{_stores}"), recursive: true);
        _group.Barrier();
    }
}
