using System;

namespace HpcVirt.Predictor.Features;

/// <summary>
/// How often something happened in the last so many seconds, in bounded memory: a window is 12 parts, aligned to the epoch, and covers the
/// present part and the 11 before it.
/// </summary>
internal sealed class WindowCounter(long[] windowsS)
{
    public const int Parts = 12;

    private readonly float[] _sums = new float[windowsS.Length * Parts];
    private readonly long[] _newest = NewestOf(windowsS.Length);

    public double Total { get; private set; }

    public long? LastS { get; private set; }

    public long? BeforeLastS { get; private set; }

    public static long PartS(long windowS) => Math.Max(1, windowS / Parts);

    public void Add(long timeS, float count)
    {
        Total += count;
        if (LastS != timeS)
        {
            BeforeLastS = LastS;
            LastS = timeS;
        }

        for (int w = 0; w < windowsS.Length; w++)
        {
            long part = timeS / PartS(windowsS[w]);
            Span<float> sums = _sums.AsSpan(w * Parts, Parts);
            Advance(sums, ref _newest[w], part);
            sums[(int)(part % Parts)] += count;
        }
    }

    public float Count(int window, long timeS)
    {
        long part = timeS / PartS(windowsS[window]);
        long newest = _newest[window];
        if (newest == long.MinValue || part - newest >= Parts) return 0;
        float sum = 0;
        ReadOnlySpan<float> sums = _sums.AsSpan(window * Parts, Parts);
        // Parts older than the window, and those not yet begun when the last one was added to, are left out.
        for (long p = Math.Max(part - Parts + 1, newest - Parts + 1); p <= newest; p++)
        {
            if (p >= 0) sum += sums[(int)(p % Parts)];
        }

        return sum;
    }

    private static long[] NewestOf(int windows)
    {
        long[] newest = new long[windows];
        Array.Fill(newest, long.MinValue);
        return newest;
    }

    private static void Advance(Span<float> sums, ref long newest, long part)
    {
        if (newest == long.MinValue || part - newest >= Parts) sums.Clear();
        else for (long p = newest + 1; p <= part; p++) sums[(int)(p % Parts)] = 0;
        newest = Math.Max(newest, part);
    }
}
