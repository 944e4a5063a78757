using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint;

/// <summary>
/// Which part of which global array a region is: what a restart on another number of ranks, or on another grid of them, reads by. All numbers
/// count elements, in row-major order, slowest dimension first.
/// </summary>
public sealed record RegionDecomposition
{
    /// <summary>The most runs that an index list may fall into.</summary>
    public const int MaximumRuns = 1 << 24;

    private RegionDecomposition(DecompositionKind kind, IReadOnlyList<long> globalShape, IReadOnlyList<long> first, IReadOnlyList<long> second, IReadOnlyList<long> third)
    {
        Kind = kind;
        GlobalShape = globalShape;
        First = first;
        Second = second;
        Third = third;
    }

    /// <summary>How the parts lie.</summary>
    public DecompositionKind Kind { get; }

    /// <summary>The extents of the whole array.</summary>
    public IReadOnlyList<long> GlobalShape { get; }

    /// <summary>Block: where the box begins. BlockCyclic: the blocks' extents. IndexList: for each run of numbers, its first.</summary>
    internal IReadOnlyList<long> First { get; }

    /// <summary>Block: the box's extents. BlockCyclic: the grid's extents. IndexList: for each run, its length.</summary>
    internal IReadOnlyList<long> Second { get; }

    /// <summary>Block: layers of halo. BlockCyclic: this rank's place in the grid. IndexList: empty.</summary>
    internal IReadOnlyList<long> Third { get; }

    /// <summary>One box with a halo of so many layers on both sides in each dimension; the memory holds box and halo.</summary>
    /// <exception cref="ArgumentException">The box does not lie in the array.</exception>
    public static RegionDecomposition Block(IReadOnlyList<long> globalShape, IReadOnlyList<long> start, IReadOnlyList<long> shape, IReadOnlyList<long> halo) =>
        Checked(new RegionDecomposition(DecompositionKind.Block, [.. globalShape], [.. start], [.. shape], [.. halo]));

    /// <summary>Blocks dealt out over a grid; the memory holds this rank's blocks without gaps, as ScaLAPACK's local arrays do.</summary>
    /// <exception cref="ArgumentException">An extent is not above zero, or the place is not in the grid.</exception>
    public static RegionDecomposition BlockCyclic(IReadOnlyList<long> globalShape, IReadOnlyList<long> block, IReadOnlyList<long> grid, IReadOnlyList<long> coordinates) =>
        Checked(new RegionDecomposition(DecompositionKind.BlockCyclic, [.. globalShape], [.. block], [.. grid], [.. coordinates]));

    /// <summary>Elements of a one-dimensional array by their numbers, in the order in which the memory holds them.</summary>
    /// <exception cref="ArgumentException">A number is not in the array.</exception>
    public static RegionDecomposition IndexList(long globalLength, IEnumerable<long> indices)
    {
        List<long> starts = [], counts = [];
        foreach (long index in indices)
        {
            if (starts.Count > 0 && starts[^1] + counts[^1] == index)
            {
                counts[^1]++;
                continue;
            }

            starts.Add(index);
            counts.Add(1);
        }

        return Checked(new RegionDecomposition(DecompositionKind.IndexList, [globalLength], starts, counts, []));
    }

    /// <summary>The extents of the memory.</summary>
    public IReadOnlyList<long> MemoryShape() => Kind switch
    {
        DecompositionKind.Block => [.. Second.Select((extent, d) => extent + (2 * Third[d]))],
        DecompositionKind.BlockCyclic => [.. GlobalShape.Select((_, d) => CyclicExtent(d))],
        _ => [Second.Sum()],
    };

    /// <summary>From a file; null if the numbers make no decomposition.</summary>
    internal static RegionDecomposition? TryMake(
        DecompositionKind kind, IReadOnlyList<long> globalShape, IReadOnlyList<long> first, IReadOnlyList<long> second, IReadOnlyList<long> third)
    {
        var made = new RegionDecomposition(kind, globalShape, first, second, third);
        return made.Problem() is null ? made : null;
    }

    /// <summary>How many elements of a dimension a rank of the grid has.</summary>
    internal long CyclicExtent(int dimension)
    {
        long block = First[dimension];
        long cycle = block * Second[dimension];
        long rest = long.Clamp((GlobalShape[dimension] % cycle) - (Third[dimension] * block), 0, block);
        return (GlobalShape[dimension] / cycle * block) + rest;
    }

    /// <inheritdoc/>
    public bool Equals(RegionDecomposition? other) =>
        other is not null && Kind == other.Kind && GlobalShape.SequenceEqual(other.GlobalShape) && First.SequenceEqual(other.First)
        && Second.SequenceEqual(other.Second) && Third.SequenceEqual(other.Third);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, GlobalShape.Count, First.Count, Second.Count);

    private static RegionDecomposition Checked(RegionDecomposition made) =>
        made.Problem() is { } problem ? throw new ArgumentException($"This is no decomposition: {problem}.") : made;

    private string? Problem()
    {
        int dimensions = GlobalShape.Count;
        if (dimensions is 0 or > RegionDescriptor.MaximumDimensions) return $"an array of {dimensions} dimensions";
        if (GlobalShape.Any(static e => e is < 0 or > long.MaxValue / 4)) return "a negative or absurd extent of the array";
        if (Kind == DecompositionKind.IndexList)
        {
            if (dimensions != 1 || First.Count != Second.Count || First.Count > MaximumRuns || Third.Count != 0) return "an index list needs one dimension";
            for (int run = 0; run < First.Count; run++)
            {
                if (First[run] < 0 || Second[run] < 1 || First[run] > GlobalShape[0] - Second[run]) return $"the numbers from {First[run]} on are not in an array of {GlobalShape[0]}";
            }

            return null;
        }

        if (First.Count != dimensions || Second.Count != dimensions || Third.Count != dimensions) return "each dimension needs its numbers";
        for (int d = 0; d < dimensions; d++)
        {
            bool isGood = Kind == DecompositionKind.Block
                ? First[d] >= 0 && Second[d] >= 0 && Third[d] is >= 0 and < int.MaxValue && First[d] <= GlobalShape[d] - Second[d]
                : First[d] is >= 1 and < int.MaxValue && Second[d] is >= 1 and < int.MaxValue && Third[d] >= 0 && Third[d] < Second[d];
            if (!isGood) return $"in dimension {d}, {First[d]}, {Second[d]} and {Third[d]} do not fit an array of extent {GlobalShape[d]}";
        }

        return null;
    }
}
