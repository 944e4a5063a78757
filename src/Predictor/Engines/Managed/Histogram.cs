using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>Sums of gradients and hessians by feature and bin, for the rows of one tree node.</summary>
internal static class Histogram
{
    /// <summary>Adds the rows of a node; <paramref name="features"/> says which columns, in the order of the histogram's parts.</summary>
    public static void Build(BinnedTable table, ReadOnlySpan<int> rows, long[] packed, int[] features, long[] sums)
    {
        Array.Clear(sums, 0, features.Length * BinnedTable.BinsMax);
        if (features.Length == table.Width) BuildAll(table, rows, packed, sums);
        else BuildSome(table, rows, packed, features, sums);
    }

    /// <summary>The sibling's histogram is the parent's less this one's; written over the parent's.</summary>
    public static void Subtract(long[] parent, long[] child, int features)
    {
        Span<long> left = parent.AsSpan(0, features * BinnedTable.BinsMax);
        ReadOnlySpan<long> right = child.AsSpan(0, left.Length);
        int i = 0;
        for (; i <= left.Length - 8; i += 8)
        {
            for (int j = 0; j < 8; j++) left[i + j] -= right[i + j];
        }
    }

    private static void BuildAll(BinnedTable table, ReadOnlySpan<int> rows, long[] packed, long[] sums)
    {
        int width = table.Width;
        ref byte bins = ref MemoryMarshal.GetArrayDataReference(table.ByRow);
        ref long gradients = ref MemoryMarshal.GetArrayDataReference(packed);
        ref long first = ref MemoryMarshal.GetArrayDataReference(sums);
        foreach (int row in rows)
        {
            long gradient = Unsafe.Add(ref gradients, row);
            ref byte bin = ref Unsafe.Add(ref bins, (nint)row * width);
            ref long sum = ref first;
            int f = 0;
            for (; f <= width - 4; f += 4)
            {
                Unsafe.Add(ref sum, (nint)bin) += gradient;
                Unsafe.Add(ref sum, (nint)Unsafe.Add(ref bin, 1) + 256) += gradient;
                Unsafe.Add(ref sum, (nint)Unsafe.Add(ref bin, 2) + 512) += gradient;
                Unsafe.Add(ref sum, (nint)Unsafe.Add(ref bin, 3) + 768) += gradient;
                sum = ref Unsafe.Add(ref sum, 1024);
                bin = ref Unsafe.Add(ref bin, 4);
            }

            for (; f < width; f++)
            {
                Unsafe.Add(ref sum, (nint)bin) += gradient;
                sum = ref Unsafe.Add(ref sum, 256);
                bin = ref Unsafe.Add(ref bin, 1);
            }
        }
    }

    private static void BuildSome(BinnedTable table, ReadOnlySpan<int> rows, long[] packed, int[] features, long[] sums)
    {
        int width = table.Width;
        ref byte bins = ref MemoryMarshal.GetArrayDataReference(table.ByRow);
        ref long gradients = ref MemoryMarshal.GetArrayDataReference(packed);
        ref long first = ref MemoryMarshal.GetArrayDataReference(sums);
        foreach (int row in rows)
        {
            long gradient = Unsafe.Add(ref gradients, row);
            ref byte bin = ref Unsafe.Add(ref bins, (nint)row * width);
            ref long sum = ref first;
            foreach (int f in features)
            {
                Unsafe.Add(ref sum, (nint)Unsafe.Add(ref bin, f)) += gradient;
                sum = ref Unsafe.Add(ref sum, 256);
            }
        }
    }
}
