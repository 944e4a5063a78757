using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint;

/// <summary>What a region is, without its bytes.</summary>
/// <param name="Name">The region's name, unique within the program.</param>
/// <param name="ElementType">The elements' type: <c>float64</c>, <c>int32</c>, ..., or a struct's full name.</param>
/// <param name="ElementBytes">The size of one element in bytes.</param>
/// <param name="Shape">The extent of each dimension in elements, slowest first.</param>
/// <param name="LengthBytes">The size of the whole region in bytes.</param>
public sealed record RegionDescriptor(
    string Name, string ElementType, int ElementBytes, IReadOnlyList<long> Shape, long LengthBytes)
{
    /// <summary>The most dimensions a region may have.</summary>
    public const int MaximumDimensions = 32;

    /// <summary>The most bytes that a name or an element type may take in UTF-8.</summary>
    public const int MaximumNameBytes = 1024;

    /// <summary>Which part of which global array it is, or null.</summary>
    public RegionDecomposition? Decomposition { get; init; }

    /// <summary>Whether both describe the same kind and shape of data; the names are not compared.</summary>
    public bool HasFormatOf(RegionDescriptor other) =>
        ElementType == other.ElementType && ElementBytes == other.ElementBytes && Shape.SequenceEqual(other.Shape);

    /// <summary>Type and shape as people write it: <c>float64[512, 512]</c>.</summary>
    public string Format => $"{ElementType}[{string.Join(", ", Shape)}]";

    /// <inheritdoc/>
    public bool Equals(RegionDescriptor? other) =>
        other is not null && Name == other.Name && LengthBytes == other.LengthBytes && HasFormatOf(other) && Equals(Decomposition, other.Decomposition);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, ElementType, LengthBytes);

    /// <summary>The bytes that shape and element size make together, or -1 if they are negative or exceed a long.</summary>
    internal static long BytesOf(IReadOnlyList<long> shape, int elementBytes)
    {
        UInt128 total = (UInt128)(uint)elementBytes;
        bool isEmpty = false;
        foreach (long extent in shape)
        {
            if (extent < 0) return -1;
            if (extent == 0) isEmpty = true;
            else if ((total *= (ulong)extent) > long.MaxValue) return -1;
        }

        return isEmpty ? 0 : (long)total;
    }
}
