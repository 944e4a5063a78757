using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace HpcVirt.Checkpoint;

/// <summary>Lets memory begin to bring a page that is needed next. Hardware does that by itself within a page, and stops at its end.</summary>
internal static unsafe class PageFetch
{
    private const int LineBytes = 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Begin(ReadOnlySpan<byte> page)
    {
        if (!Sse.IsSupported) return;
        fixed (byte* start = page)
        {
            for (int line = 0; line < page.Length; line += LineBytes) Sse.Prefetch0(start + line);
        }
    }
}
