using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MPI;

/// <summary>An array of several dimensions whose elements hold no references, such as <c>double[,]</c>; data contracts know none.</summary>
internal sealed class GridCodec<T>(Type type) : ValueCodec
{
    public override ValueKind Kind => ValueKind.Grid;

    public override void Write(Stream stream, object value)
    {
        var grid = (Array)value;
        for (int dimension = 0; dimension < grid.Rank; dimension++)
        {
            if (grid.GetLowerBound(dimension) != 0)
                throw new MpiSerializationException($"Only arrays that are indexed from 0 can be sent; dimension {dimension} of this {type} starts at {grid.GetLowerBound(dimension)}.");
            Bits.WriteLength(stream, grid.GetLength(dimension));
        }

        stream.Write(BytesOf(grid));
    }

    public override object Read(Stream stream)
    {
        int[] lengths = new int[type.GetArrayRank()];
        long elements = 1;
        for (int dimension = 0; dimension < lengths.Length; dimension++)
        {
            lengths[dimension] = Bits.ReadLength(stream, elementBytes: 0);
            elements = checked(elements * lengths[dimension]);
        }

        if (stream.CanSeek && elements * Unsafe.SizeOf<T>() > stream.Length - stream.Position)
            throw new MpiSerializationException($"The message announces a {type} of {elements} elements and is too short for it; it is damaged, or was sent by another serializer.");
        var grid = Array.CreateInstance(typeof(T), lengths);
        stream.ReadExactly(BytesOf(grid));
        return grid;
    }

    private static Span<byte> BytesOf(Array grid) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(grid), checked(grid.Length * Unsafe.SizeOf<T>()));
}
