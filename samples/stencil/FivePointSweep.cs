using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HpcVirt.Samples.Stencil;

/// <summary>
/// One Jacobi sweep of the five-point stencil: every cell becomes the mean of its four neighbours, and the largest change is found in
/// the same pass over memory.
/// </summary>
/// <remarks>
/// The result is bit-identical for any vector width, any split of the plate, and in C: the sum is always ((up + down) + (left + right)),
/// and its product with 0.25, a power of two, is exact, so a compiler that fuses it with the subtraction rounds to the same double.
/// A maximum does not depend on its order.
/// </remarks>
public static partial class FivePointSweep
{
    /// <summary>Reads <paramref name="current"/> and writes the cells of <paramref name="cells"/> into <paramref name="next"/>.</summary>
    /// <returns>The largest absolute change of a cell; 0 when there are no cells.</returns>
    public static double Apply(ReadOnlySpan<double> current, Span<double> next, CellRange cells)
    {
        if (cells.Rows <= 0 || cells.Columns <= 0)
            return 0;
        RequireInside(current.Length, cells);
        RequireInside(next.Length, cells);

        ref double center = ref Unsafe.Add(ref MemoryMarshal.GetReference(current), cells.Offset);
        ref double target = ref Unsafe.Add(ref MemoryMarshal.GetReference(next), cells.Offset);
        if (Vector512.IsHardwareAccelerated && cells.Columns >= Vector512<double>.Count)
            return ApplyWide(ref center, ref target, cells);
        return cells.Columns >= Vector<double>.Count ? ApplyVectors(ref center, ref target, cells) : ApplyOneByOne(ref center, ref target, cells);
    }

    // Compiled at full speed at once: a rank that its launcher binds to one core would wait ten times longer than usual, a second or
    // more, before the runtime replaces quick code by fast code, and its neighbours would wait for it in every step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ApplyVectors(ref double center, ref double target, CellRange cells)
    {
        nuint width = (nuint)Vector<double>.Count, columns = (nuint)cells.Columns;
        nint stride = cells.Stride;

        // Four vectors in flight hide the latency of the running maxima, which run on over the rows: taken apart at each row's end they would
        // cost as much as ten vectors.
        Vector<double> max0 = Vector<double>.Zero, max1 = max0, max2 = max0, max3 = max0;
        for (int row = 0; row < cells.Rows; row++)
        {
            nuint column = 0;
            for (; column + 4 * width <= columns; column += 4 * width)
            {
                max0 = Vector.MaxNative(max0, ApplyToVector(ref center, ref target, column, stride));
                max1 = Vector.MaxNative(max1, ApplyToVector(ref center, ref target, column + width, stride));
                max2 = Vector.MaxNative(max2, ApplyToVector(ref center, ref target, column + 2 * width, stride));
                max3 = Vector.MaxNative(max3, ApplyToVector(ref center, ref target, column + 3 * width, stride));
            }
            for (; column + width <= columns; column += width)
                max0 = Vector.MaxNative(max0, ApplyToVector(ref center, ref target, column, stride));

            // The tail is one more vector that overlaps the last one: source and target differ, so computing a cell twice changes nothing.
            if (column < columns)
                max1 = Vector.MaxNative(max1, ApplyToVector(ref center, ref target, columns - width, stride));
            center = ref Unsafe.Add(ref center, stride);
            target = ref Unsafe.Add(ref target, stride);
        }

        var max = Vector.MaxNative(Vector.MaxNative(max0, max1), Vector.MaxNative(max2, max3));
        double change = 0;
        for (int lane = 0; lane < Vector<double>.Count; lane++)
            change = Math.Max(change, max[lane]);
        return change;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> ApplyToVector(ref double center, ref double target, nuint column, nint stride)
    {
        ref double cell = ref Unsafe.Add(ref center, column);
        Vector<double> vertical = Vector.LoadUnsafe(ref Unsafe.Add(ref cell, -stride)) + Vector.LoadUnsafe(ref Unsafe.Add(ref cell, stride));
        Vector<double> horizontal = Vector.LoadUnsafe(ref Unsafe.Add(ref cell, -1)) + Vector.LoadUnsafe(ref Unsafe.Add(ref cell, 1));
        Vector<double> mean = (vertical + horizontal) * new Vector<double>(0.25);
        mean.StoreUnsafe(ref target, column);
        return Vector.Abs(mean - Vector.LoadUnsafe(ref cell));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ApplyOneByOne(ref double center, ref double target, CellRange cells)
    {
        double change = 0;
        nint stride = cells.Stride;
        for (int row = 0; row < cells.Rows; row++)
        {
            for (int column = 0; column < cells.Columns; column++)
            {
                ref double cell = ref Unsafe.Add(ref center, column);
                double vertical = Unsafe.Add(ref cell, -stride) + Unsafe.Add(ref cell, stride);
                double horizontal = Unsafe.Add(ref cell, -1) + Unsafe.Add(ref cell, 1);
                double mean = (vertical + horizontal) * 0.25;
                Unsafe.Add(ref target, column) = mean;
                change = Math.Max(change, Math.Abs(mean - cell));
            }
            center = ref Unsafe.Add(ref center, stride);
            target = ref Unsafe.Add(ref target, stride);
        }
        return change;
    }

    /// <summary>The loops above are unchecked, so the whole reach of the stencil is checked here, once.</summary>
    private static void RequireInside(int length, CellRange cells)
    {
        long first = (long)cells.Offset - cells.Stride;
        long last = (long)cells.Offset + (long)cells.Rows * cells.Stride + cells.Columns - 1;
        if (first < 0 || last >= length || cells.Columns + 2 > cells.Stride)
            throw new ArgumentException($"the stencil around {cells} reaches outside a field of {length} elements", nameof(cells));
    }
}
