using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>Writes a shard straight from the regions' memory: each block is checksummed and then written while it is in cache.</summary>
internal static class ShardWriter
{
    /// <summary>Writes the planned shard and returns its checksum. The caller still has to sync the file.</summary>
    /// <param name="shard">The plan; its block checksums are filled in.</param>
    /// <param name="regions">The regions of the plan, in its order, between BeginSave and EndSave.</param>
    /// <param name="file">A new file; what is not written reads as zeros.</param>
    public static uint Write(Shard shard, IReadOnlyList<CheckpointRegion> regions, ICheckpointFile file)
    {
        for (int i = 0; i < regions.Count; i++)
        {
            RegionEntry entry = shard.Regions[i];
            for (int block = 0; block < entry.BlockChecksums.Length; block++)
            {
                long offsetBytes = (long)block * shard.BlockBytes;
                ReadOnlySpan<byte> bytes = GuardedRegion.Slice(regions[i], offsetBytes, entry.BlockLength(block, shard.BlockBytes));

                // From memory, before the write: a disk that garbles what it was given is found out at the next read.
                entry.BlockChecksums[block] = Crc32C.Of(bytes);
                file.Write(bytes, entry.OffsetBytes + offsetBytes);
            }
        }

        return WriteEnds(shard, file);
    }

    /// <summary>
    /// Writes the planned shard block by block, each encoded; blocks that do not become smaller stay raw. Returns the shard as it was written, which is
    /// shorter than planned.
    /// </summary>
    /// <param name="plan">The plan; its block checksums are filled in.</param>
    /// <param name="regions">The regions of the plan, in its order, between BeginSave and EndSave.</param>
    /// <param name="file">A new file; what is not written reads as zeros.</param>
    /// <param name="coder">Encodes.</param>
    /// <param name="encoding">The way.</param>
    /// <param name="encoded">Called after each block is encoded and before it is written, and after it is written.</param>
    public static (Shard Shard, uint Checksum) Write(
        Shard plan, IReadOnlyList<CheckpointRegion> regions, ICheckpointFile file, BlockCoder coder, BlockEncoding encoding, Action<bool>? encoded = null)
    {
        // Regions of no bytes have no blocks; all others are stored block by block, so the header's length is known before the first block is.
        var entries = new RegionEntry[regions.Count];
        for (int i = 0; i < entries.Length; i++)
            entries[i] = plan.Regions[i] with { StoredBytes = 0, Blocks = Blockwise(plan.Regions[i]) };
        long next = Shard.Align((plan with { Regions = entries }).HeaderBytes);
        for (int i = 0; i < entries.Length; i++)
        {
            RegionEntry entry = entries[i];
            StoredBlock[] blocks = entry.Blocks ?? [];
            int width = ByteShuffle.WidthOf(entry.Descriptor.ElementBytes);
            long at = next;
            for (int block = 0; block < blocks.Length; block++)
            {
                ReadOnlySpan<byte> bytes = GuardedRegion.Slice(regions[i], (long)block * plan.BlockBytes, entry.BlockLength(block, plan.BlockBytes));
                entry.BlockChecksums[block] = Crc32C.Of(bytes);
                ReadOnlySpan<byte> stored = coder.Encode(bytes, encoding, width, out BlockEncoding used);
                blocks[block] = new StoredBlock(used, stored.Length, Crc32C.Of(stored));
                encoded?.Invoke(true);
                file.Write(stored, at);
                encoded?.Invoke(false);
                at += stored.Length;
            }

            entries[i] = entry with { OffsetBytes = next, StoredBytes = at - next, Blocks = entry.Blocks };
            next = Shard.Align(at);
        }

        Shard written = plan with { Regions = entries };
        return (written, WriteEnds(written, file));
    }

    private static StoredBlock[]? Blockwise(RegionEntry entry) => entry.BlockChecksums.Length == 0 ? null : new StoredBlock[entry.BlockChecksums.Length];

    private static uint WriteEnds(Shard shard, ICheckpointFile file)
    {
        byte[] header = shard.EncodeHeader();
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4..));
        file.Write(shard.EncodeTrailer(checksum), shard.TrailerOffsetBytes);
        file.Write(header, 0);
        return checksum;
    }
}
