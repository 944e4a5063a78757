using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Tracking;

/// <summary>However changes are found, what comes back is what was there.</summary>
internal sealed class TrackingKindTests
{
    private const int NativeBytes = (3 << 20) + 12_345;
    private const int ManagedBytes = 777_777;
    private const int Ranks = 2;

    [Test]
    public void All_kinds_of_tracking_restore_the_same_bytes_after_random_writes(
        [Values] TrackingKind kind, [Values(2, 3)] int slots, [Values(1, 2, 3)] int seed)
    {
        RequireKind(kind);
        using var nodes = new Nodes(Ranks, new StagedOptions { Program = "heat", Slots = slots, Tracking = kind, Scheme = RedundancyScheme.Xor });

        // The twin is written to by the same program, and never goes through a checkpoint.
        byte[][] twins = Nodes.Returned(nodes.Start((store, rank) =>
        {
            Assert.That(store.Tracking, Is.EqualTo(kind));
            using var state = new State(seed, rank.Number);
            for (int step = 1; step <= 12; step++)
            {
                state.Write();
                StageReport staged = store.Stage(step, state.Regions);

                // The commit runs on behind while the program writes: it must not see that.
                byte[] then = state.Bytes();
                state.Write();
                if (!store.AwaitCommit(staged.Version).IsCommitted) throw new InvalidOperationException("not committed");
                if (step == 12) return then;
            }

            throw new InvalidOperationException("never here");
        }));
        nodes.Lose(seed % Ranks);
        byte[][] restored = Nodes.Returned(nodes.Start((store, rank) =>
        {
            using var state = new State(seed, rank.Number);
            Assert.That(store.Restore(state.Regions).Step, Is.EqualTo(12));
            return state.Bytes();
        }));
        for (int rank = 0; rank < Ranks; rank++) Assert.That(restored[rank].AsSpan().SequenceEqual(twins[rank]), Is.True, $"rank {rank}");
    }

    [Test]
    public void With_hashes_only_what_changed_is_copied_also_of_memory_on_the_managed_heap()
    {
        using var nodes = new Nodes(1, new StagedOptions { Program = "heat", Slots = 2, Tracking = TrackingKind.BlockHashes });
        StageReport[] reports = Nodes.Returned(nodes.Start(static (store, _) =>
        {
            byte[] heap = new byte[100 * PageSet.PageBytes];
            CheckpointRegion[] regions = [new MemoryRegion<byte>("heap", () => heap)];
            var all = new List<StageReport>();
            for (int step = 1; step <= 6; step++)
            {
                heap[(step * 7 * PageSet.PageBytes) + 5] = (byte)step;
                all.Add(store.Stage(step, regions));
                store.Drain();
            }

            return all.ToArray();
        }))[0];
        Assert.That(reports.Skip(2).Select(static r => r.CopiedBytes), Is.All.LessThanOrEqualTo(2 * PageSet.PageBytes), "slots are brought up to date behind the rank");
        Assert.That(reports[^1].CopiedBytes, Is.GreaterThan(0));
    }

    [Test]
    public void A_region_that_changes_its_size_is_copied_whole([Values] TrackingKind kind)
    {
        RequireKind(kind);
        using var watch = RegionWatch.Open(kind);
        using var small = new NativeBuffer(10 * PageSet.PageBytes);
        using var large = new NativeBuffer(20 * PageSet.PageBytes);
        NativeBuffer now = small;
        var region = new MemoryRegion<byte>("growing", () => now.Memory);
        foreach ((NativeBuffer buffer, int expected) in new[] { (small, 10), (large, 20), (small, 10) })
        {
            now = buffer;
            Assert.That(watch.Collect([region], [region.BeginSave()])[0].Count, Is.EqualTo(expected));
        }
    }

    [Test]
    public void After_a_failure_half_way_everything_counts_as_changed([Values(TrackingKind.BlockHashes, TrackingKind.WriteProtection)] TrackingKind kind)
    {
        RequireKind(kind);
        using var watch = RegionWatch.Open(kind);
        using var buffer = new NativeBuffer(10 * PageSet.PageBytes);
        var good = new MemoryRegion<byte>("good", () => buffer.Memory);
        var bad = new FailingRegion();
        CheckpointRegion[] regions = [good, bad];
        PageSet[] Collect() => watch.Collect(regions, [good.BeginSave(), bad.BeginSave()]);
        Collect();
        buffer.Memory.Span[3 * PageSet.PageBytes] = 1;
        bad.Fails = true;
        Assert.That(Collect, Throws.Exception);
        bad.Fails = false;
        Assert.That(Collect()[0].Contains(3), Is.True, "the change must not be lost with the stage that failed");
    }

    [Test]
    public void A_kind_that_the_machine_lacks_is_refused_on_all_ranks_and_left_open_it_is_replaced()
    {
        using (var open = RegionWatch.Open(wanted: null))
        {
            Assert.That(open.Kind, Is.Not.EqualTo(TrackingKind.None), "hashes work everywhere");
            Assert.That(open.WhyNotBetter is null, Is.EqualTo(open.Kind == TrackingKind.WriteProtection), open.WhyNotBetter);
        }

        using var off = RegionWatch.Open(TrackingKind.None);
        Assert.That((off.Kind, off.WhyNotBetter), Is.EqualTo((TrackingKind.None, "tracking is switched off")));
        using var hashes = RegionWatch.Open(TrackingKind.BlockHashes);
        Assert.That((hashes.Kind, hashes.WhyNotBetter), Is.EqualTo((TrackingKind.BlockHashes, "block hashes were asked for")));
    }

    private static void RequireKind(TrackingKind kind)
    {
        using var watch = RegionWatch.Open(kind);
        if (watch.Kind != kind) Assert.Ignore($"asynchronous write protection: {watch.WhyNotBetter}");
    }

    /// <summary>Memory on both heaps, written to at random places in random lengths.</summary>
    private sealed class State : IDisposable
    {
        private readonly NativeBuffer _native = new(NativeBytes);
        private readonly byte[] _managed = new byte[ManagedBytes];
        private readonly Random _random;

        public State(int seed, int rank)
        {
            _random = new Random((seed * 100) + rank);
            Regions = [new MemoryRegion<byte>("native", () => _native.Memory), new MemoryRegion<byte>("managed", () => _managed)];
        }

        public CheckpointRegion[] Regions { get; }

        public void Write()
        {
            for (int i = _random.Next(20); i >= 0; i--)
            {
                Span<byte> target = _random.Next(3) == 0 ? _managed : _native.Memory.Span;
                int length = 1 << _random.Next(17);
                _random.NextBytes(target.Slice(_random.Next(target.Length - length), length));
            }
        }

        public byte[] Bytes() => [.. _native.Memory.Span, .. _managed];

        public void Dispose() => ((IDisposable)_native).Dispose();
    }

    private sealed class FailingRegion() : CheckpointRegion("bad")
    {
        private readonly byte[] _bytes = new byte[100];

        public bool Fails { get; set; }

        internal override bool IsTrackable => Fails ? throw new InvalidOperationException("bad") : false;

        public override RegionDescriptor BeginSave() => new(Name, "uint8", 1, [100], 100);

        public override void EndSave()
        {
        }

        public override void Check(RegionDescriptor stored)
        {
        }

        public override void BeginRestore(RegionDescriptor stored)
        {
        }

        public override void EndRestore()
        {
        }

        public override Span<byte> Slice(long offsetBytes, int lengthBytes) =>
            Fails ? throw new InvalidOperationException("bad") : _bytes.AsSpan((int)offsetBytes, lengthBytes);
    }
}
