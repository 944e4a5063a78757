using System;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Elastic;

/// <summary>Stretches of a stored region, read by whole blocks that are checked; the block last read is kept, for stretches come in order.</summary>
internal sealed class BlockWindow(ShardReader shard, RegionEntry entry)
{
    private readonly byte[] _block = new byte[long.Min(shard.Shard.BlockBytes, entry.Descriptor.LengthBytes)];
    private int _number = -1;

    public void CopyTo(CheckpointRegion region, long fromBytes, long toBytes, long lengthBytes)
    {
        while (lengthBytes > 0)
        {
            int number = (int)(fromBytes / shard.Shard.BlockBytes);
            if (number != _number)
            {
                shard.ReadBlock(entry, number, _block.AsSpan(0, entry.BlockLength(number, shard.Shard.BlockBytes)));
                _number = number;
            }

            int within = (int)(fromBytes % shard.Shard.BlockBytes);
            int count = (int)long.Min(lengthBytes, entry.BlockLength(number, shard.Shard.BlockBytes) - within);
            _block.AsSpan(within, count).CopyTo(GuardedRegion.Slice(region, toBytes, count));
            fromBytes += count;
            toBytes += count;
            lengthBytes -= count;
        }
    }
}
