using System;
using HpcVirt.Checkpoint;

namespace HpcVirt.Control.Tests.Tool;

/// <summary>A job of one rank, which agrees with itself.</summary>
internal sealed class SingleRank : ICheckpointGroup
{
    public int Rank => 0;

    public int Size => 1;

    public void Barrier()
    {
        // There is nobody to wait for.
    }

    public long Minimum(long value) => value;

    public long Maximum(long value) => value;

    public byte[][] Gather(ReadOnlySpan<byte> mine) => [mine.ToArray()];
}
