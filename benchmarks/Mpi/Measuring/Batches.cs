using System;
using System.Diagnostics;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>
/// How a C# contender measures: like <c>benchmarks/c</c>, step by step, so that the two times can be divided. The warm-up lasts until the
/// runtime has replaced its quick code by fast code; the result is the median of many batches, which forgets what the machine did meanwhile.
/// </summary>
internal static class Batches
{
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Measures a batch of calls that all ranks make together, and prints the median on rank 0.</summary>
    public static void Measure(Intracommunicator world, Action<int> batch, int calls, int batches)
    {
        double[] times = new double[batches];
        long start = Stopwatch.GetTimestamp();
        Span<byte> warm = [0];
        while (warm[0] == 0)
        {
            batch(calls);
            warm[0] = Stopwatch.GetElapsedTime(start) > WarmUp ? (byte)1 : (byte)0;
            world.Broadcast(warm, 0);
        }
        for (int i = 0; i < batches; i++)
        {
            world.Barrier();
            times[i] = NanosecondsPerCall(batch, calls);
        }
        if (world.Rank == 0)
            Report(times);
    }

    /// <summary>Measures a batch of calls in one process, and prints the median.</summary>
    public static void Measure(Action<int> batch, int calls, int batches)
    {
        double[] times = new double[batches];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
            batch(calls);
        for (int i = 0; i < batches; i++)
            times[i] = NanosecondsPerCall(batch, calls);
        Report(times);
    }

    private static double NanosecondsPerCall(Action<int> batch, int calls)
    {
        long before = Stopwatch.GetTimestamp();
        batch(calls);
        return (Stopwatch.GetTimestamp() - before) * (1e9 / Stopwatch.Frequency) / calls;
    }

    private static void Report(double[] nanosecondsPerCall) =>
        Console.WriteLine($"{ReportLine.NanosecondsPerCall} {Median.Of(nanosecondsPerCall):F4}");
}
