using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using HpcVirt.Checkpoint.Formats;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Compression;

/// <summary>Shards on their way to directories, smaller than in memory.</summary>
internal sealed class CompressedShardTests
{
    private const int Elements = 600_000;

    public enum Content
    {
        Zeros,
        Smooth,
        Random,
        Mixed,
    }

    [Test]
    public void Whatever_the_content_it_comes_back_bit_for_bit(
        [Values(CompressionMode.Lz4, CompressionMode.Zstd)] CompressionMode mode, [Values] Content content)
    {
        Require(mode);
        var disk = new MemoryDisk();
        double[] state = Made(content);
        SaveResult saved = Store(disk, mode, store => store.Save(1, Regions(state)));
        Assert.That(saved.IsCommitted, Is.True, saved.ToString());
        long fileBytes = disk.Files()["v1-a1/rank-0.shard"].LongLength;
        Assert.That(saved.ShardBytes, Is.EqualTo(fileBytes));
        if (content is Content.Zeros) Assert.That(fileBytes, Is.LessThan(Elements * 8 / 50));
        if (content is Content.Smooth or Content.Mixed) Assert.That(fileBytes, Is.LessThan(Elements * 8 * 0.9));
        if (content is Content.Random) Assert.That(fileBytes, Is.EqualTo(Elements * 8).Within(1).Percent, "what does not become smaller is stored as it is");

        double[] restored = new double[Elements];

        // Whoever reads need not have asked for anything.
        Assert.That(Store(disk, CompressionMode.Off, store => store.Restore(Regions(restored))).Step, Is.EqualTo(1));
        Assert.That(MemoryMarshal.AsBytes(restored.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(state.AsSpan())), Is.True);
    }

    [Test]
    public void Without_compression_the_file_is_what_it_always_was()
    {
        var disk = new MemoryDisk();
        Store(disk, CompressionMode.Off, store => store.Save(1, Regions(Made(Content.Zeros))));
        using var reader = ShardReader.Open(new FaultyDirectory(disk, new FaultPlan()), "v1-a1/rank-0.shard");
        Assert.That(reader.Shard.FormatVersion, Is.EqualTo(1));
    }

    [Test]
    public void A_flipped_bit_in_what_is_stored_is_found_and_the_version_before_is_used([Values(CompressionMode.Lz4, CompressionMode.Zstd)] CompressionMode mode)
    {
        Require(mode);
        var disk = new MemoryDisk();
        double[] state = Made(Content.Mixed);
        Store(disk, mode, store =>
        {
            store.Save(1, Regions(state));
            return store.Save(2, Regions(state));
        });
        byte[] whole = disk.Files()["v2-a1/rank-0.shard"];
        var random = new Random(1);
        for (int i = 0; i < 20; i++)
        {
            byte[] flipped = [.. whole];
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            disk.Overwrite("v2-a1/rank-0.shard", flipped);
            Assert.That(Store(disk, mode, store => store.Restore(Regions(new double[Elements]))).Step, Is.EqualTo(1));
        }
    }

    [Test]
    public void Compressed_versions_restore_on_other_numbers_of_ranks_and_are_listed_verified_and_exported()
    {
        Require(CompressionMode.Zstd);
        var disk = new MemoryDisk();
        const int Length = 400_000;
        static RegionDecomposition Split(int size, int rank) =>
            RegionDecomposition.Block([Length], [(long)Length * rank / size], [((long)Length * (rank + 1) / size) - ((long)Length * rank / size)], [0]);
        Job.Returned(3, group =>
        {
            RegionDecomposition part = Split(3, group.Rank);
            double[] mine = [.. Enumerable.Range((int)part.First[0], (int)part.Second[0]).Select(static i => (double)i)];
            return Open(disk, group, CompressionMode.Zstd).Save(1, [new MemoryRegion<double>("line", part, () => mine)]).IsCommitted;
        });
        Job.Returned(2, group =>
        {
            RegionDecomposition part = Split(2, group.Rank);
            double[] mine = new double[part.Second[0]];
            Open(disk, group, CompressionMode.Off).Restore([new MemoryRegion<double>("line", part, () => mine)]);
            Assert.That(mine.Select((v, i) => v == i + part.First[0]), Is.All.True);
            return true;
        });

        var catalog = new CheckpointCatalog(new FaultyDirectory(disk, new FaultPlan()));
        CatalogVersion version = catalog.List().Single();
        Assert.That(catalog.Verify(version).Select(static v => v.IsIntact), Is.All.True);
        string folder = Directory.CreateTempSubdirectory("export-").FullName;
        try
        {
            catalog.Export(version, 1, "line", new PhysicalDirectory(folder), "line.raw", isNumPy: false);
            double[] exported = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(Path.Combine(folder, "line.raw"))).ToArray();
            Assert.That(exported.Select(static (v, i) => v == i + (Length / 3)), Is.All.True);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_tier_behind_memory_is_compressed_and_serves_when_memory_is_lost()
    {
        Require(CompressionMode.Lz4);
        using var nodes = new Nodes(2, new StagedOptions { Program = "heat", Compression = CompressionMode.Lz4 }) { SharedEvery = 1, Elements = 200_000 };
        nodes.Commit(1, 2);
        Assert.That(new FileInfo(Path.Combine(nodes.Shared, "v2-a1", "rank-0.shard")).Length, Is.LessThan(200_000 * 8 * 0.9));
        Assert.That(new FileInfo(Path.Combine(nodes.Node(0), "v2-a1", "rank-0.shard")).Length, Is.GreaterThan(200_000 * 8), "memory is not");
        nodes.Lose(0);
        nodes.Lose(1);
        RestoreReport report = nodes.Restart();
        Assert.That((report.Step, report.Tier), Is.EqualTo((2L, "shared")));
    }

    [Test]
    public void Chosen_by_itself_a_slow_directory_gets_less_and_a_fast_one_everything_and_the_first_checkpoint_measures([Values] bool isSlow)
    {
        Require(CompressionMode.Lz4);
        var time = new StepTime();
        var disk = new MemoryDisk();
        double[] state = [.. Enumerable.Range(0, 6_000_000).Select(static i => (double)i)];
        long[] lengths = Job.Returned(1, group =>
        {
            // Encoding costs what the clock is moved by when nobody writes: nothing. A slow directory moves it.
            var directory = new TimedDirectory(new FaultyDirectory(disk, new FaultPlan()), time, isSlow ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);
            CheckpointStore store = CheckpointStore.Open(directory, group, Rank.Options with { Compression = CompressionMode.Automatic }, Guid.NewGuid, time);
            return Enumerable.Range(1, 3).Select(step => store.Save(step, Regions(state)).ShardBytes).ToArray();
        })[0];
        Assert.That(lengths[0], Is.GreaterThan(state.Length * 8L), "the first is raw");
        Assert.That(lengths[1..], isSlow ? Is.All.LessThan(state.Length * 7L) : Is.All.EqualTo(lengths[0]));
    }

    private static double[] Made(Content content)
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, Elements).Select(i => content switch
        {
            Content.Zeros => 0,
            Content.Smooth => 100 + Math.Sin(i / 1000.0),
            Content.Random => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
            _ => i % 400_000 < 200_000 ? i : BitConverter.Int64BitsToDouble(random.NextInt64()),
        })];
    }

    private static CheckpointRegion[] Regions(double[] state) => [new MemoryRegion<double>("state", () => state)];

    private static CheckpointStore Open(MemoryDisk disk, ICheckpointGroup group, CompressionMode mode) =>
        Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group, Rank.Options with { Compression = mode });

    private static T Store<T>(MemoryDisk disk, CompressionMode mode, Func<CheckpointStore, T> work) => Job.Returned(1, group => work(Open(disk, group, mode)))[0];

    private static void Require(CompressionMode mode)
    {
        BlockEncoding encoding = mode == CompressionMode.Lz4 ? BlockEncoding.Lz4 : BlockEncoding.Zstd;
        if (!BlockCoder.Has(encoding)) Assert.Ignore($"the system's library of {mode}");
    }

    /// <summary>A clock that stands still unless it is moved, and by a tick each time somebody looks.</summary>
    private sealed class StepTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ++_ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }

    /// <summary>A directory whose files take a time for each MiB.</summary>
    private sealed class TimedDirectory(ICheckpointDirectory inner, StepTime time, TimeSpan perMebibyte) : ICheckpointDirectory
    {
        public string Location => inner.Location;

        public long GetFreeBytes() => inner.GetFreeBytes();

        public void CreateRoot() => inner.CreateRoot();

        public void CreateDirectory(string path) => inner.CreateDirectory(path);

        public ICheckpointFile CreateFile(string path, long reserveBytes) => new TimedFile(inner.CreateFile(path, reserveBytes), time, perMebibyte);

        public ICheckpointFile OpenFile(string path) => inner.OpenFile(path);

        public bool Exists(string path) => inner.Exists(path);

        public IReadOnlyList<DirectoryEntry> List(string path) => inner.List(path);

        public void Rename(string from, string to) => inner.Rename(from, to);

        public void SyncDirectory(string path) => inner.SyncDirectory(path);

        public void DeleteFile(string path) => inner.DeleteFile(path);

        public void DeleteDirectory(string path) => inner.DeleteDirectory(path);
    }

    private sealed class TimedFile(ICheckpointFile inner, StepTime time, TimeSpan perMebibyte) : ICheckpointFile
    {
        public long GetLengthBytes() => inner.GetLengthBytes();

        public int Read(Span<byte> buffer, long offsetBytes) => inner.Read(buffer, offsetBytes);

        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
        {
            time.Pass(perMebibyte * (bytes.Length / (double)(1 << 20)));
            inner.Write(bytes, offsetBytes);
        }

        public void Sync() => inner.Sync();

        public void Dispose() => inner.Dispose();
    }
}
