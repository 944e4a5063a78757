using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>An open shard whose header has been verified. Bad bytes are <see cref="CheckpointFormatException"/>.</summary>
internal sealed class ShardReader : IDisposable
{
    private readonly ICheckpointFile _file;
    private readonly string _path;
    private readonly BlockCoder _coder = new();

    private ShardReader(ICheckpointFile file, string path, Shard shard, uint checksum)
    {
        _file = file;
        _path = path;
        Shard = shard;
        Checksum = checksum;
    }

    public Shard Shard { get; }

    /// <summary>The header's CRC-32C, by which a manifest knows this shard.</summary>
    public uint Checksum { get; }

    public static ShardReader Open(ICheckpointDirectory directory, string path) => Take(directory.OpenFile(path), path);

    /// <summary>Takes an open file over, and closes it with this.</summary>
    public static ShardReader Take(ICheckpointFile file, string path)
    {
        try
        {
            long lengthBytes = file.GetLengthBytes();
            Span<byte> prefix = stackalloc byte[Shard.PrefixBytes];
            FileBytes.ReadExactly(file, prefix, 0, path, region: null);

            byte[] header = new byte[Shard.DecodeHeaderLength(prefix, lengthBytes, path)];
            FileBytes.ReadExactly(file, header, 0, path, region: null);
            Shard shard = Shard.DecodeHeader(header, lengthBytes, path);
            uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4..));
            return new ShardReader(file, path, shard, checksum);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Memory for <see cref="Damages"/>: one block, but never more than the largest region.</summary>
    public byte[] NewBuffer()
    {
        long largestBytes = Shard.Regions.Select(static r => r.Descriptor.LengthBytes).DefaultIfEmpty().Max();
        return new byte[long.Max(Shard.AlignmentBytes, long.Min(Shard.BlockBytes, largestBytes))];
    }

    /// <summary>Why this intact shard is not the one that a manifest means, or null.</summary>
    public string? ForeignTo(Manifest manifest, int rank)
    {
        ManifestShard expected = manifest.Shards[rank];
        return Shard.Name != manifest.Name ? $"belongs to {Shard.Name}"
            : Shard.Rank != rank ? $"is the shard of rank {Shard.Rank}"
            : Shard.RankCount != manifest.Shards.Count ? $"is one of {Shard.RankCount} shards, the manifest names {manifest.Shards.Count}"
            : Shard.Program != manifest.Program ? $"was written by program '{Shard.Program}'"
            : Shard.Step != manifest.Step ? $"is of step {Shard.Step}, the manifest of step {manifest.Step}"
            : Shard.LengthBytes != expected.LengthBytes ? $"has {Shard.LengthBytes} bytes, the manifest records {expected.LengthBytes}"
            : Checksum != expected.Checksum ? $"has checksum {Checksum:x8}, the manifest records {expected.Checksum:x8}"
            : null;
    }

    /// <summary>Reads every byte of the file and yields what is wrong, from front to back.</summary>
    /// <param name="buffer">At least one block; the only memory this takes.</param>
    /// <param name="progress">Told of bytes as they are read.</param>
    public IEnumerable<CheckpointFormatException> Damages(byte[] buffer, IProgress<long>? progress = null)
    {
        if (FirstNonZero(buffer, Shard.HeaderBytes, Shard.Align(Shard.HeaderBytes)) is { } afterHeader) yield return afterHeader;
        foreach (RegionEntry region in Shard.Regions)
        {
            for (int block = 0; block < region.BlockChecksums.Length; block++)
            {
                int lengthBytes = region.BlockLength(block, Shard.BlockBytes);
                if (BlockDamage(region, block, buffer.AsSpan(0, lengthBytes), isWanted: false) is { } damage) yield return damage;
                progress?.Report(lengthBytes);
            }

            if (FirstNonZero(buffer, region.EndBytes, Shard.Align(region.EndBytes)) is { } after) yield return after;
        }

        if (TrailerDamage() is { } trailer) yield return trailer;
    }

    /// <summary>Fills a region's memory, checking each block once more: bytes may have changed since they were verified.</summary>
    public void Fill(RegionEntry entry, CheckpointRegion region, IProgress<long>? progress = null)
    {
        GuardedRegion.BeginRestore(region, entry.Descriptor);
        for (int block = 0; block < entry.BlockChecksums.Length; block++)
        {
            Span<byte> memory = GuardedRegion.Slice(
                region, (long)block * Shard.BlockBytes, entry.BlockLength(block, Shard.BlockBytes));
            if (BlockDamage(entry, block, memory, isWanted: true) is { } damage) throw damage;
            progress?.Report(memory.Length);
        }

        GuardedRegion.EndRestore(region);
    }

    /// <summary>One block of a region, checked.</summary>
    public void ReadBlock(RegionEntry entry, int block, Span<byte> bytes)
    {
        if (BlockDamage(entry, block, bytes, isWanted: true) is { } damage) throw damage;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Checks a block, and leaves its bytes in memory if they are wanted there.</summary>
    private CheckpointFormatException? BlockDamage(RegionEntry entry, int block, Span<byte> memory, bool isWanted)
    {
        if (entry.Blocks is not null) return EncodedBlockDamage(entry, block, memory);
        long offsetBytes = entry.BlockOffset(block, Shard.BlockBytes);
        string region = entry.Descriptor.Name;
        uint computed;
        try
        {
            computed = _file is IViewableFile viewable
                ? CheckView(viewable, offsetBytes, memory, isWanted, region)
                : CheckRead(offsetBytes, memory, region);
        }
        catch (CheckpointFormatException e)
        {
            return e;
        }

        uint recorded = entry.BlockChecksums[block];
        return computed == recorded
            ? null
            : new CheckpointFormatException(
                _path, offsetBytes, $"checksum of block {block} ({memory.Length} bytes) is {computed:x8}, but {recorded:x8} is recorded", region);
    }

    /// <summary>
    /// Checks a block that is stored by itself, decoding it also where only its stored bytes are asked for: what cannot be decoded is lost, whatever its
    /// checksum says.
    /// </summary>
    private CheckpointFormatException? EncodedBlockDamage(RegionEntry entry, int block, Span<byte> memory)
    {
        StoredBlock stored = entry.Blocks![block];
        long offsetBytes = entry.BlockOffset(block, Shard.BlockBytes);
        string region = entry.Descriptor.Name;
        if (!BlockCoder.Has(stored.Encoding))
            return Bad($"block {block} is encoded by {stored.Encoding}, whose library this machine lacks: install liblz4-1 and libzstd1");
        Span<byte> bytes = _coder.Room(stored.StoredBytes);
        try
        {
            FileBytes.ReadExactly(_file, bytes, offsetBytes, _path, region);
        }
        catch (CheckpointFormatException e)
        {
            return e;
        }

        uint computed = Crc32C.Of(bytes);
        if (computed != stored.Checksum)
            return Bad($"checksum of block {block} ({stored.StoredBytes} bytes stored) is {computed:x8}, but {stored.Checksum:x8} is recorded");
        if (!_coder.TryDecode(bytes, stored.Encoding, ByteShuffle.WidthOf(entry.Descriptor.ElementBytes), memory))
            return Bad($"block {block} cannot be decoded by {stored.Encoding} into its {memory.Length} bytes");
        computed = Crc32C.Of(memory);
        return computed == entry.BlockChecksums[block]
            ? null
            : Bad($"checksum of block {block} decoded ({memory.Length} bytes) is {computed:x8}, but {entry.BlockChecksums[block]:x8} is recorded");

        CheckpointFormatException Bad(string reason) => new(_path, offsetBytes, reason, region);
    }

    private uint CheckRead(long offsetBytes, Span<byte> memory, string region)
    {
        FileBytes.ReadExactly(_file, memory, offsetBytes, _path, region);
        return Crc32C.Of(memory);
    }

    private uint CheckView(IViewableFile file, long offsetBytes, Span<byte> memory, bool isWanted, string region)
    {
        const int CacheBytes = 3 << 15;
        ReadOnlySpan<byte> view = file.View(offsetBytes, memory.Length);
        if (view.Length < memory.Length)
            throw new CheckpointFormatException(_path, offsetBytes + view.Length, $"the file ends here, {memory.Length - view.Length} bytes short", region);
        if (!isWanted) return Crc32C.Of(view);

        // What is checked is what is copied, out of the cache.
        uint checksum = 0;
        for (int done = 0; done < view.Length; done += CacheBytes)
        {
            ReadOnlySpan<byte> part = view.Slice(done, int.Min(CacheBytes, view.Length - done));
            checksum = Crc32C.Continue(checksum, part);
            StreamingCopy.Copy(part, memory[done..]);
        }

        return checksum;
    }

    /// <summary>Padding carries no information, but a changed byte in it tells of a disk that must not be trusted.</summary>
    private CheckpointFormatException? FirstNonZero(byte[] buffer, long fromBytes, long toBytes)
    {
        Span<byte> padding = buffer.AsSpan(0, (int)(toBytes - fromBytes));
        try
        {
            FileBytes.ReadExactly(_file, padding, fromBytes, _path, region: null);
        }
        catch (CheckpointFormatException e)
        {
            return e;
        }

        int index = padding.IndexOfAnyExcept((byte)0);
        return index < 0 ? null : new CheckpointFormatException(_path, fromBytes + index, $"padding holds {padding[index]:x2} instead of zero");
    }

    private CheckpointFormatException? TrailerDamage()
    {
        Span<byte> trailer = stackalloc byte[Shard.TrailerBytes];
        try
        {
            FileBytes.ReadExactly(_file, trailer, Shard.TrailerOffsetBytes, _path, region: null);
            Shard.CheckTrailer(trailer, Checksum, _path);
            return null;
        }
        catch (CheckpointFormatException e)
        {
            return e;
        }
    }
}
