using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// How a region is a rank's part of a global array: the shape of the whole, the box that this rank owns, and the halo around it. All numbers are
/// elements, in row-major order, slowest dimension first.
/// </summary>
/// <remarks>
/// A restart reads by it: on another number of ranks, or on another grid of them, each rank's box and halo are put together from what overlaps.
/// </remarks>
public sealed record Decomposition
{
    /// <summary>Declares a box of a global array.</summary>
    /// <param name="globalShape">The extents of the whole array.</param>
    /// <param name="boxStart">The box's first element in each dimension.</param>
    /// <param name="boxShape">The extents of the box, without halo.</param>
    /// <param name="halo">Layers of neighbours' elements kept on both sides in each dimension.</param>
    /// <exception cref="ArgumentException">The box does not lie in the array, or the numbers of dimensions differ.</exception>
    public Decomposition(IReadOnlyList<long> globalShape, IReadOnlyList<long> boxStart, IReadOnlyList<long> boxShape, IReadOnlyList<long> halo)
    {
        ArgumentNullException.ThrowIfNull(globalShape);
        ArgumentNullException.ThrowIfNull(boxStart);
        ArgumentNullException.ThrowIfNull(boxShape);
        ArgumentNullException.ThrowIfNull(halo);
        if (globalShape.Count == 0 || boxStart.Count != globalShape.Count || boxShape.Count != globalShape.Count || halo.Count != globalShape.Count)
        {
            throw new ArgumentException(
                $"A decomposition names start, shape and halo for each dimension of the array: got {globalShape.Count}, {boxStart.Count}, {boxShape.Count} and {halo.Count}.",
                nameof(globalShape));
        }

        for (int dimension = 0; dimension < globalShape.Count; dimension++)
        {
            if (boxStart[dimension] < 0 || boxShape[dimension] < 0 || halo[dimension] < 0 || boxStart[dimension] + boxShape[dimension] > globalShape[dimension])
            {
                throw new ArgumentException(
                    $"In dimension {dimension} the box [{boxStart[dimension]}, {boxStart[dimension] + boxShape[dimension]}) with a halo of {halo[dimension]} does not lie in an array "
                    + $"of extent {globalShape[dimension]}.",
                    nameof(boxStart));
            }
        }

        GlobalShape = [.. globalShape];
        BoxStart = [.. boxStart];
        BoxShape = [.. boxShape];
        Halo = [.. halo];
    }

    /// <summary>The extents of the whole array.</summary>
    public IReadOnlyList<long> GlobalShape { get; }

    /// <summary>The box's first element in each dimension.</summary>
    public IReadOnlyList<long> BoxStart { get; }

    /// <summary>The extents of the box, without halo.</summary>
    public IReadOnlyList<long> BoxShape { get; }

    /// <summary>Layers of neighbours' elements kept on both sides in each dimension.</summary>
    public IReadOnlyList<long> Halo { get; }

    /// <summary>The extents of the memory: the box with its halo.</summary>
    internal long[] MemoryShape() => [.. BoxShape.Select((extent, dimension) => extent + (2 * Halo[dimension]))];

    /// <summary>Compares by value: two declarations of the same box are equal.</summary>
    /// <param name="other">The other declaration.</param>
    /// <returns>Whether all numbers agree.</returns>
    public bool Equals(Decomposition? other) =>
        other is not null && GlobalShape.SequenceEqual(other.GlobalShape) && BoxStart.SequenceEqual(other.BoxStart)
        && BoxShape.SequenceEqual(other.BoxShape) && Halo.SequenceEqual(other.Halo);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (long number in GlobalShape.Concat(BoxStart).Concat(BoxShape).Concat(Halo))
            hash.Add(number);
        return hash.ToHashCode();
    }
}
