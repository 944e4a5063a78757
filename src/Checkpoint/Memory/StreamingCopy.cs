using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HpcVirt.Checkpoint;

/// <summary>Copies what nobody reads soon past the caches, while the program stands still.</summary>
/// <remarks>
/// An ordinary store first reads the line that it overwrites; one past the cache does not, and leaves the program's own data there. The C
/// library does the same, but only from three quarters of the last-level cache on, which on servers is more than most states. Four pages go
/// side by side, because memory answers several open rows faster than one. Measured: 0.6 of the time that the same copy takes in pieces of 16 MiB.
/// </remarks>
internal static unsafe class StreamingCopy
{
    private const int PagesAbreast = 4;
    private const int BlockBytes = PagesAbreast * PageSet.PageBytes;
    private const int LineBytes = 64;

    /// <summary>Copies all of <paramref name="source"/> to the front of <paramref name="target"/>; they must not overlap.</summary>
    public static void Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        target = target[..source.Length];
        int streamedBytes = 0;
        fixed (byte* from = source)
        fixed (byte* to = target)
        {
            if (Sse2.IsSupported && Vector256.IsHardwareAccelerated && (nuint)to % LineBytes == 0) streamedBytes = Stream(from, to, source.Length);
        }

        source[streamedBytes..].CopyTo(target[streamedBytes..]);
    }

    // Optimized from the first call: the first checkpoint of a job is as large as all others.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Stream(byte* from, byte* to, int lengthBytes)
    {
        int block = 0;
        for (; block <= lengthBytes - BlockBytes; block += BlockBytes)
        {
            for (int line = block; line < block + PageSet.PageBytes; line += 2 * LineBytes)
            {
                StreamLines(from + line, to + line);
                StreamLines(from + line + PageSet.PageBytes, to + line + PageSet.PageBytes);
                StreamLines(from + line + (2 * PageSet.PageBytes), to + line + (2 * PageSet.PageBytes));
                StreamLines(from + line + (3 * PageSet.PageBytes), to + line + (3 * PageSet.PageBytes));
            }
        }

        for (; block <= lengthBytes - PageSet.PageBytes; block += PageSet.PageBytes)
        {
            for (int line = block; line < block + PageSet.PageBytes; line += 2 * LineBytes) StreamLines(from + line, to + line);
        }

        // Such stores are not ordered with others: whoever is told that the copy is done must see it.
        if (block > 0) Sse.StoreFence();
        return block;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StreamLines(byte* from, byte* to)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> first = Vector512.Load(from);
            Vector512<byte> second = Vector512.Load(from + LineBytes);
            first.StoreAlignedNonTemporal(to);
            second.StoreAlignedNonTemporal(to + LineBytes);
            return;
        }

        for (int i = 0; i < 2 * LineBytes; i += Vector256<byte>.Count) Vector256.Load(from + i).StoreAlignedNonTemporal(to + i);
    }
}
