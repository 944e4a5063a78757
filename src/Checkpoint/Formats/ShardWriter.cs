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

        byte[] header = shard.EncodeHeader();
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4..));
        file.Write(shard.EncodeTrailer(checksum), shard.TrailerOffsetBytes);
        file.Write(header, 0);
        return checksum;
    }
}
