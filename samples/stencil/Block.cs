using System;

namespace HpcVirt.Samples.Stencil;

/// <summary>A run of consecutive rows or columns: one part of an axis that was cut into nearly equal parts.</summary>
/// <param name="Start">Index of the first element on the whole axis.</param>
/// <param name="Length">Number of elements.</param>
public readonly record struct Block(int Start, int Length)
{
    /// <summary>Index one past the last element.</summary>
    public int End => Start + Length;

    /// <summary>
    /// Cuts an axis of <paramref name="length"/> elements into <paramref name="parts"/> blocks and returns block <paramref name="index"/>.
    /// Where the axis does not divide, the first <c>length % parts</c> blocks get one element more.
    /// </summary>
    public static Block Of(int length, int parts, int index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, parts);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, parts);

        (int share, int rest) = Math.DivRem(length, parts);
        return new Block(index * share + Math.Min(index, rest), share + (index < rest ? 1 : 0));
    }
}
