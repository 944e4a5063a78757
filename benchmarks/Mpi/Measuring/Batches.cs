using System;
using System.Diagnostics;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>
/// How a C# contender measures: like <c>benchmarks/c</c>, step by step, so that the two times can be divided. The warm-up lasts until the
/// runtime has replaced its quick code by fast code. The result is the first decile of many short batches: whatever else the machine does
/// only makes a batch longer.
/// </summary>
internal static class Batches
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MeasuringMax = TimeSpan.FromSeconds(4);

    /// <summary>Measures a batch of calls that all ranks make together, and prints the result on rank 0.</summary>
    public static void Measure(Intracommunicator world, Action<int> batch, int calls, int batches)
    {
        double[] times = new double[batches];
        Span<byte> enough = [0];
        long start = Stopwatch.GetTimestamp();
        while (enough[0] == 0)
        {
            batch(calls);
            enough[0] = Stopwatch.GetElapsedTime(start) > WarmUp ? (byte)1 : (byte)0;
            world.Broadcast(enough, 0);
        }
        int done = 0;
        start = Stopwatch.GetTimestamp();
        for (enough[0] = 0; enough[0] == 0 && done < batches; done++)
        {
            world.Barrier();
            times[done] = NanosecondsPerCall(batch, calls);
            enough[0] = Stopwatch.GetElapsedTime(start) > MeasuringMax ? (byte)1 : (byte)0;
            world.Broadcast(enough, 0);
        }
        if (world.Rank == 0)
            Report(times.AsSpan(0, done));
    }

    /// <summary>Measures a batch of calls in one process, and prints the result.</summary>
    public static void Measure(Action<int> batch, int calls, int batches)
    {
        double[] times = new double[batches];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
            batch(calls);
        int done = 0;
        for (long start = Stopwatch.GetTimestamp(); done < batches && Stopwatch.GetElapsedTime(start) < MeasuringMax; done++)
            times[done] = NanosecondsPerCall(batch, calls);
        Report(times.AsSpan(0, done));
    }

    private static double NanosecondsPerCall(Action<int> batch, int calls)
    {
        long before = Stopwatch.GetTimestamp();
        batch(calls);
        return (Stopwatch.GetTimestamp() - before) * (1e9 / Stopwatch.Frequency) / calls;
    }

    private static void Report(Span<double> nanosecondsPerCall)
    {
        nanosecondsPerCall.Sort();
        Console.WriteLine($"{ReportLine.NanosecondsPerCall} {nanosecondsPerCall[nanosecondsPerCall.Length / 10]:F4}");
    }
}
