using System;
using HpcVirt.Checkpoint;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>A group of one, which needs no MPI: for threads that must not call it.</summary>
internal sealed class Alone : ICheckpointGroup
{
    public int Rank => 0;

    public int Size => 1;

    public void Barrier()
    {
        // Everybody is here.
    }

    public long Minimum(long value) => value;

    public long Maximum(long value) => value;

    public byte[][] Gather(ReadOnlySpan<byte> mine) => [mine.ToArray()];
}
