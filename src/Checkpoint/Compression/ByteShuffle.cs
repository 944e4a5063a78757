using System;
using System.Buffers.Binary;

namespace HpcVirt.Checkpoint;

/// <summary>
/// Sorts the bytes of elements by their place in the element: all first bytes, all second ones, ... Neighbouring numbers are alike in their sign
/// and exponent, and only so does a compressor see it (the shuffle of HDF5 and Blosc).
/// </summary>
internal static class ByteShuffle
{
    private const int ElementBytesMax = 64;
    private const int Group = 8;

    /// <summary>The width that is sorted by: that of the element, or 1 (nothing is sorted) for bytes and for elements too large to be numbers.</summary>
    public static int WidthOf(int elementBytes) => elementBytes <= ElementBytesMax ? elementBytes : 1;

    /// <summary>Sorts; what is left over behind the last whole element is copied.</summary>
    public static void Apply(ReadOnlySpan<byte> from, Span<byte> to, int width)
    {
        int elements = from.Length / width;
        if (width == 8) elements = ApplyToEights(from, to, elements);
        else if (width > 1) ApplyToAny(from, to, width, 0, elements);
        else elements = 0;
        from[(elements * width)..].CopyTo(to[(elements * width)..]);
    }

    /// <summary>Undoes <see cref="Apply"/>.</summary>
    public static void Undo(ReadOnlySpan<byte> from, Span<byte> to, int width)
    {
        int elements = from.Length / width;
        if (width == 8) UndoOfEights(from, to, elements);
        else if (width > 1) UndoOfAny(from, to, width, 0, elements);
        else elements = 0;
        from[(elements * width)..].CopyTo(to[(elements * width)..]);
    }

    private static int ApplyToEights(ReadOnlySpan<byte> from, Span<byte> to, int elements)
    {
        int whole = elements & ~(Group - 1);
        Span<ulong> rows = stackalloc ulong[Group];
        for (int first = 0; first < whole; first += Group)
        {
            for (int i = 0; i < Group; i++) rows[i] = BinaryPrimitives.ReadUInt64LittleEndian(from[((first + i) * 8)..]);
            Transpose(rows);
            for (int lane = 0; lane < Group; lane++) BinaryPrimitives.WriteUInt64LittleEndian(to[((lane * elements) + first)..], rows[lane]);
        }

        ApplyToAny(from, to, 8, whole, elements);
        return elements;
    }

    private static void UndoOfEights(ReadOnlySpan<byte> from, Span<byte> to, int elements)
    {
        int whole = elements & ~(Group - 1);
        Span<ulong> rows = stackalloc ulong[Group];
        for (int first = 0; first < whole; first += Group)
        {
            for (int lane = 0; lane < Group; lane++) rows[lane] = BinaryPrimitives.ReadUInt64LittleEndian(from[((lane * elements) + first)..]);
            Transpose(rows);
            for (int i = 0; i < Group; i++) BinaryPrimitives.WriteUInt64LittleEndian(to[((first + i) * 8)..], rows[i]);
        }

        UndoOfAny(from, to, 8, whole, elements);
    }

    private static void ApplyToAny(ReadOnlySpan<byte> from, Span<byte> to, int width, int first, int elements)
    {
        for (int lane = 0; lane < width; lane++)
        {
            Span<byte> row = to.Slice(lane * elements, elements);
            for (int i = first, at = (first * width) + lane; i < row.Length; i++, at += width) row[i] = from[at];
        }
    }

    private static void UndoOfAny(ReadOnlySpan<byte> from, Span<byte> to, int width, int first, int elements)
    {
        for (int lane = 0; lane < width; lane++)
        {
            ReadOnlySpan<byte> row = from.Slice(lane * elements, elements);
            for (int i = first, at = (first * width) + lane; i < row.Length; i++, at += width) to[at] = row[i];
        }
    }

    /// <summary>Eight numbers of eight bytes as a square of bytes, mirrored at its diagonal: halves change places, then quarters, then single bytes.</summary>
    private static void Transpose(Span<ulong> rows)
    {
        Exchange(rows, 4, 32, 0x00000000FFFFFFFFUL);
        Exchange(rows, 2, 16, 0x0000FFFF0000FFFFUL);
        Exchange(rows, 1, 8, 0x00FF00FF00FF00FFUL);
    }

    private static void Exchange(Span<ulong> rows, int distance, int bits, ulong mask)
    {
        for (int row = 0; row < Group; row++)
        {
            if ((row & distance) != 0) continue;
            ulong difference = ((rows[row] >> bits) ^ rows[row + distance]) & mask;
            rows[row + distance] ^= difference;
            rows[row] ^= difference << bits;
        }
    }
}
