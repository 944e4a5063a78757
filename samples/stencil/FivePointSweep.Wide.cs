using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HpcVirt.Samples.Stencil;

/// <summary>
/// The row for processors that are as fast with vectors of 512 bits, which <see cref="System.Numerics.Vector{T}"/> never is wide enough for. The
/// same operations in the same order.
/// </summary>
public static partial class FivePointSweep
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ApplyWide(ref double center, ref double target, CellRange cells)
    {
        nuint width = (nuint)Vector512<double>.Count, columns = (nuint)cells.Columns;
        nint stride = cells.Stride;
        Vector512<double> max0 = Vector512<double>.Zero, max1 = max0;
        for (int row = 0; row < cells.Rows; row++)
        {
            ref double up = ref Unsafe.Add(ref center, -stride);
            ref double down = ref Unsafe.Add(ref center, stride);
            nuint column = 0;
            for (; column + 2 * width <= columns; column += 2 * width)
            {
                max0 = Vector512.MaxNative(max0, ApplyToWideVector(ref up, ref center, ref down, ref target, column));
                max1 = Vector512.MaxNative(max1, ApplyToWideVector(ref up, ref center, ref down, ref target, column + width));
            }
            if (column + width <= columns)
            {
                max0 = Vector512.MaxNative(max0, ApplyToWideVector(ref up, ref center, ref down, ref target, column));
                column += width;
            }
            if (column < columns)
                max1 = Vector512.MaxNative(max1, ApplyToWideVector(ref up, ref center, ref down, ref target, columns - width));
            center = ref down;
            target = ref Unsafe.Add(ref target, stride);
        }

        Vector512<double> max = Vector512.MaxNative(max0, max1);
        double change = 0;
        for (int lane = 0; lane < Vector512<double>.Count; lane++)
            change = Math.Max(change, max[lane]);
        return change;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ApplyToWideVector(ref double up, ref double center, ref double down, ref double target, nuint column)
    {
        ref double cell = ref Unsafe.Add(ref center, column);
        Vector512<double> vertical = Vector512.LoadUnsafe(ref up, column) + Vector512.LoadUnsafe(ref down, column);
        Vector512<double> horizontal = Vector512.LoadUnsafe(ref Unsafe.Add(ref cell, -1)) + Vector512.LoadUnsafe(ref Unsafe.Add(ref cell, 1));
        Vector512<double> mean = (vertical + horizontal) * Vector512.Create(0.25);
        mean.StoreUnsafe(ref target, column);
        return Vector512.Abs(mean - Vector512.LoadUnsafe(ref cell));
    }
}
