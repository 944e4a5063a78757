using System;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>Managed bytes that a Send, a Receive, a Sendrecv and an Allreduce of spans allocate, after their first calls.</summary>
internal static class AllocationPerCall
{
    private const int WarmUpCalls = 200;
    private const int Calls = 2_000;
    private const int CallsPerRound = 5;

    /// <summary>Prints the larger one of the ranks' bytes per call.</summary>
    public static void Measure(Intracommunicator world)
    {
        Span<double> numbers = stackalloc double[16];
        Span<double> received = stackalloc double[16];
        Rounds(world, numbers, received, WarmUpCalls);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Rounds(world, numbers, received, Calls);
        double bytesPerCall = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(Calls * CallsPerRound);

        Span<double> largest = [bytesPerCall];
        world.Allreduce(largest, Operation<double>.Max);
        if (world.Rank == 0)
            ReportLine.Write(ReportLine.BytesPerCall, largest[0]);
    }

    private static void Rounds(Intracommunicator world, Span<double> numbers, Span<double> received, int rounds)
    {
        int other = 1 - world.Rank;
        for (int round = 0; round < rounds; round++)
        {
            if (world.Rank == 0)
            {
                world.Send<double>(numbers, other, 0);
                world.Receive(other, 0, received);
            }
            else
            {
                world.Receive(other, 0, received);
                world.Send<double>(numbers, other, 0);
            }
            world.Sendrecv<double>(numbers, other, 1, received, other, 1);
            world.Allreduce(numbers, received, Operation<double>.Max);
            world.Allreduce(received[..1], Operation<double>.Add);
        }
    }
}
