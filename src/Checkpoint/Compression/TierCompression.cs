using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>How shards are encoded on their way to one directory: learns its speed from each checkpoint, and chooses for the next.</summary>
/// <param name="mode">What was asked for.</param>
/// <param name="time">The clock of the measurements.</param>
internal sealed class TierCompression(CompressionMode mode, TimeProvider time)
{
    private const int SampleBlocksMax = 8;

    /// <summary>A sixteenth of the state: a sample must not cost what compressing everything would.</summary>
    private const int BlocksPerSample = 16;

    private double _tierBytesPerSecond;
    private long _markedAt;
    private TimeSpan _writing;

    /// <summary>Encodes the blocks; one buffer for all of them.</summary>
    public BlockCoder Coder { get; } = new();

    /// <summary>Collective. Refuses on all ranks what one of them cannot do.</summary>
    /// <exception cref="CheckpointException">Some rank's machine lacks the library that was asked for by name.</exception>
    public static void Demand(CompressionMode mode, ICheckpointGroup group)
    {
        if (mode is CompressionMode.Lz4 or CompressionMode.Zstd) Together.Throw(Exchange.All(group, new PlainReport(Problem(mode))).Select(static r => r.Problem));
    }

    private static string? Problem(CompressionMode mode) => mode switch
    {
        CompressionMode.Lz4 when !BlockCoder.Has(BlockEncoding.Lz4) => Missing(Native.Lz4Calls.Library, "liblz4-1"),
        CompressionMode.Zstd when !BlockCoder.Has(BlockEncoding.Zstd) => Missing(Native.ZstdCalls.Library, "libzstd1"),
        _ => null,
    };

    /// <summary>Why nothing is compressed although it might be, or null.</summary>
    public static string? Warning(CompressionMode mode) =>
        mode == CompressionMode.Automatic && !BlockCoder.Has(BlockEncoding.Lz4) && !BlockCoder.Has(BlockEncoding.Zstd)
            ? $"Shards are not compressed: this machine has neither {Native.Lz4Calls.Library} nor {Native.ZstdCalls.Library} (packages liblz4-1, libzstd1)."
            : null;

    /// <summary>The way for the shard that is about to be written.</summary>
    public BlockEncoding Choose(Shard plan, IReadOnlyList<CheckpointRegion> regions)
    {
        switch (mode)
        {
            case CompressionMode.Lz4:
                return BlockEncoding.Lz4;
            case CompressionMode.Zstd:
                return BlockEncoding.Zstd;
            case CompressionMode.Automatic when _tierBytesPerSecond > 0:
                (int Region, int Block)[] sampled = Sampled(plan);
                return sampled.Length == 0
                    ? BlockEncoding.Raw
                    : CompressionChoice.Best(_tierBytesPerSecond, new[] { BlockEncoding.Lz4, BlockEncoding.Zstd }.Where(BlockCoder.Has).Select(e => Try(e, plan, regions, sampled)));
            default:
                // The first checkpoint into a directory shows what the directory can do.
                return BlockEncoding.Raw;
        }
    }

    /// <summary>A shard is about to be written.</summary>
    public void Begin()
    {
        _markedAt = time.GetTimestamp();
        _writing = TimeSpan.Zero;
    }

    /// <summary>A block was encoded and is to be written now (true), or was written (false): only the writing tells of the directory.</summary>
    public void NoteEncoded(bool isEncoded)
    {
        long now = time.GetTimestamp();
        if (!isEncoded) _writing += time.GetElapsedTime(_markedAt, now);
        _markedAt = now;
    }

    /// <summary>The shard is written and synced.</summary>
    public void End(long storedBytes)
    {
        _writing += time.GetElapsedTime(_markedAt);
        if (_writing > TimeSpan.Zero) _tierBytesPerSecond = storedBytes / _writing.TotalSeconds;
    }

    private static string Missing(string library, string package) =>
        $"Shards cannot be compressed as was asked: this machine has no {library}. Install the package {package}, or leave the choice open.";

    /// <summary>Full blocks, spread evenly over all; none of a state that has too few for it to matter.</summary>
    private static (int Region, int Block)[] Sampled(Shard plan)
    {
        (int Region, int Block)[] all = [.. plan.Regions.SelectMany((entry, region) =>
            Enumerable.Range(0, entry.BlockChecksums.Length).Where(block => entry.BlockLength(block, plan.BlockBytes) == plan.BlockBytes).Select(block => (region, block)))];
        int count = int.Min(SampleBlocksMax, (all.Length + BlocksPerSample - 1) / BlocksPerSample);
        return [.. Enumerable.Range(0, count).Select(i => all[(int)((i + 0.5) * all.Length / count)])];
    }

    private CompressionSample Try(BlockEncoding encoding, Shard plan, IReadOnlyList<CheckpointRegion> regions, (int Region, int Block)[] sampled)
    {
        long storedBytes = 0;
        long memoryBytes = 0;
        long startedAt = time.GetTimestamp();
        foreach ((int region, int block) in sampled)
        {
            ReadOnlySpan<byte> bytes = GuardedRegion.Slice(regions[region], (long)block * plan.BlockBytes, plan.BlockBytes);
            memoryBytes += bytes.Length;
            storedBytes += Coder.Encode(bytes, encoding, ByteShuffle.WidthOf(plan.Regions[region].Descriptor.ElementBytes), out _).Length;
        }

        double seconds = double.Max(time.GetElapsedTime(startedAt).TotalSeconds, 1e-9);
        return new CompressionSample(encoding, memoryBytes / seconds, (double)storedBytes / memoryBytes);
    }
}
