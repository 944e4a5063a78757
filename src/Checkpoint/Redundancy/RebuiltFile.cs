using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint.Protocol;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint;

/// <summary>
/// A lost shard, computed from what others have as it is read: a restart needs its bytes in the program's memory at once, and can give them a slot
/// of their own afterwards, while the program runs.
/// </summary>
/// <param name="plan">Of which stretches each part is the sum.</param>
/// <param name="rowOf">Opens a stretch's file.</param>
internal sealed class RebuiltFile(RebuildPlan plan, Func<RebuildPlan.Term, PeerShard> rowOf) : ICheckpointFile
{
    private readonly Dictionary<long, WeightedSum> _sums = [];

    public long GetLengthBytes() => plan.LengthBytes;

    public int Read(Span<byte> buffer, long offsetBytes)
    {
        int count = (int)long.Clamp(plan.LengthBytes - offsetBytes, 0, buffer.Length);
        for (int done = 0; done < count;)
        {
            long part = (offsetBytes + done) / plan.ChunkBytes;
            long within = offsetBytes + done - (part * plan.ChunkBytes);
            int length = (int)long.Min(count - done, plan.ChunkBytes - within);
            SumOf(part).Compute(within, buffer.Slice(done, length));
            done += length;
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) => throw new NotSupportedException("A rebuilt shard is read.");

    public void Sync()
    {
        // Nothing was written through this.
    }

    public void Dispose()
    {
        // The files are the peer files' own.
    }

    private WeightedSum SumOf(long part)
    {
        if (_sums.TryGetValue(part, out WeightedSum? known)) return known;
        var sum = new WeightedSum();
        foreach (RebuildPlan.Term term in plan.Parts[(int)part]) sum.Add(rowOf(term), term.OffsetBytes, term.Weight);
        return _sums[part] = sum;
    }
}
