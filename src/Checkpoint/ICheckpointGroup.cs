using System;

namespace HpcVirt.Checkpoint;

/// <summary>What the ranks of one job do together. The store never knows MPI: it asks this group.</summary>
/// <remarks>
/// Every method is collective: all ranks call it, in the same order. An implementation must bound its waits by a deadline and
/// throw when a rank is lost; the store lets that exception pass, because without the group nothing can be agreed any more.
/// </remarks>
public interface ICheckpointGroup
{
    /// <summary>This rank, from 0 to <see cref="Size"/> - 1.</summary>
    int Rank { get; }

    /// <summary>The number of ranks of the job.</summary>
    int Size { get; }

    /// <summary>Returns on each rank only after all ranks have entered.</summary>
    void Barrier();

    /// <summary>The smallest of all ranks' values, known to every rank.</summary>
    long Minimum(long value);

    /// <summary>The largest of all ranks' values, known to every rank.</summary>
    long Maximum(long value);

    /// <summary>Gives every rank every rank's bytes, indexed by rank. Lengths may differ and may be zero.</summary>
    byte[][] Gather(ReadOnlySpan<byte> mine);
}
