using System;
using System.Diagnostics;
using HpcVirt.Mpi.Resilience;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>
/// What a safe point costs when nobody wants anything, under the rule that a wish takes effect within two steps or 20 ms: loops of steps with safe
/// points beside the same loops without, in turn. Both loops end together on all ranks, so that a rank that the machine has slowed down counts in both.
/// </summary>
internal static class SafePointIdle
{
    private const int StepsPerBatch = 2_000;
    private const int Pairs = 60;

    /// <summary>Prints microseconds per safe point: the median of the pairs; both loops take as long as their slowest rank.</summary>
    public static void Measure(Intracommunicator world)
    {
        using var session = ResilientSession.Open(new ResilientOptions { Interval = CheckpointInterval.WhenAsked });
        long step = session.Restore();
        double[] costs = new double[Pairs];
        Batch();
        for (int pair = 0; pair < Pairs; pair++)
        {
            // The first of a pair may find the machine in another state than the second: they take turns in that too.
            double without = pair % 2 == 0 ? Time(Plain) : 0;
            double with = Time(Batch);
            if (pair % 2 != 0)
                without = Time(Plain);
            costs[pair] = (with - without) / StepsPerBatch;
        }

        session.Complete();
        if (world.Rank == 0)
            ReportLine.Write(ReportLine.SafePointMicroseconds, Median.Of(costs));

        double Time(Action loop)
        {
            world.Barrier();
            long start = Stopwatch.GetTimestamp();
            loop();
            world.Barrier();
            return Microseconds(start);
        }

        void Plain()
        {
            for (int index = 0; index < StepsPerBatch; index++)
                Work();
        }

        void Batch()
        {
            for (int index = 0; index < StepsPerBatch; index++)
            {
                session.SafePoint(step++);
                Work();
            }
        }
    }

    /// <summary>A step of a few microseconds.</summary>
    private static void Work() => System.Threading.Thread.SpinWait(50);

    private static double Microseconds(long start) => Stopwatch.GetElapsedTime(start).TotalMicroseconds;
}
