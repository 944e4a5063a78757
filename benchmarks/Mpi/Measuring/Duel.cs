using System;
using System.Diagnostics;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>
/// C# and C take turns in the same process, on the same buffers and under the same MPI, batch by batch: what the machine does meanwhile
/// (another program, another clock rate, another place in memory) meets both alike, so that the ratio of neighbours is steady where the
/// times are not. The result is the median of the pairs' ratios.
/// </summary>
internal sealed class Duel(Action<int> ours, Action<int> theirs)
{
    private const int PairsMax = 50_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(1.5);

    private readonly double[] _ours = new double[PairsMax];
    private readonly double[] _theirs = new double[PairsMax];

    /// <summary>Measures batches of that many calls that all ranks make together, and reports on rank 0.</summary>
    public void Run(Intracommunicator world, int calls)
    {
        Repeat(WarmUp);
        int pairs = Repeat(Measuring);
        if (world.Rank == 0)
            Report(pairs);

        int Repeat(TimeSpan duration)
        {
            Span<byte> enough = [0];
            long start = Stopwatch.GetTimestamp();
            int pair = 0;
            for (; enough[0] == 0 && pair < PairsMax; pair++)
            {
                Measure(pair, calls, world);
                // Rank 0's clock decides for all.
                enough[0] = Stopwatch.GetElapsedTime(start) > duration ? (byte)1 : (byte)0;
                world.Broadcast(enough, 0);
            }
            return pair;
        }
    }

    /// <summary>Measures batches of that many calls in a process without MPI, and reports.</summary>
    public void Run(int calls)
    {
        Repeat(WarmUp);
        Report(Repeat(Measuring));

        int Repeat(TimeSpan duration)
        {
            int pair = 0;
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration && pair < PairsMax; pair++)
                Measure(pair, calls, null);
            return pair;
        }
    }

    private void Measure(int pair, int calls, Intracommunicator? world)
    {
        // The first of a pair may find the caches in another state than the second: they take turns in that too.
        if (pair % 2 == 0)
            _ours[pair] = NanosecondsPerCall(ours, calls, world);
        _theirs[pair] = NanosecondsPerCall(theirs, calls, world);
        if (pair % 2 != 0)
            _ours[pair] = NanosecondsPerCall(ours, calls, world);
    }

    private static double NanosecondsPerCall(Action<int> batch, int calls, Intracommunicator? world)
    {
        world?.Barrier();
        long before = Stopwatch.GetTimestamp();
        batch(calls);
        return (Stopwatch.GetTimestamp() - before) * (1e9 / Stopwatch.Frequency) / calls;
    }

    private void Report(int pairs)
    {
        double[] ratios = new double[pairs];
        for (int pair = 0; pair < pairs; pair++)
            ratios[pair] = _ours[pair] / _theirs[pair];
        ReportLine.Write(ReportLine.Ratio, Median.Of(ratios));
        ReportLine.Write(ReportLine.TheirNanoseconds, Median.Of(_theirs.AsSpan(0, pairs).ToArray()));
    }
}
