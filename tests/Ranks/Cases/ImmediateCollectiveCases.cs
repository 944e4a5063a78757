using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Collectives that are started now and complete later.</summary>
public static class ImmediateCollectiveCases
{
    public static void A_barrier_completes_only_after_the_last_rank_has_started_it(Intracommunicator world)
    {
        if (world.Rank == 0 && world.Size > 1)
        {
            // The others say that they have looked; rank 0 starts its barrier after that.
            for (int rank = 1; rank < world.Size; rank++)
                Expect.Equal(1, world.Receive<int>(rank, 0), "barriers that were open");
        }

        Request barrier = world.ImmediateBarrier();
        if (world.Rank > 0)
            world.Send(barrier.Test() is null ? 1 : 0, 0, 0);
        barrier.Wait();
    }

    public static void Several_collectives_are_under_way_at_once_and_complete_in_any_order(Intracommunicator world)
    {
        int[] ranks = new int[world.Size];
        double[] greatest = [world.Rank, -world.Rank];
        using var shared = new MpiBuffer<long>(3);
        if (world.Rank == world.Size - 1)
            shared.Span.Fill(77);
        Request gather = world.ImmediateAllgather<int>(new[] { world.Rank }, ranks);
        Request reduce = world.ImmediateAllreduce(greatest.AsMemory(), Operation<double>.Max);
        Request broadcast = world.ImmediateBroadcast(shared.Memory, world.Size - 1);
        Request barrier = world.ImmediateBarrier();
        foreach (Request request in (Request[])[barrier, broadcast, reduce, gather])
            request.Wait();
        Expect.Equal(world.Size - 1, ranks[^1], "last rank");
        Expect.Sequence([world.Size - 1.0, 0.0], greatest.AsSpan(), "maxima");
        Expect.Sequence([77L, 77, 77], (ReadOnlySpan<long>)shared.Span, "broadcast");
    }

    public static void Gather_and_scatter_move_parts_to_and_from_the_root(Intracommunicator world)
    {
        int root = world.Size - 1;
        int[] all = world.Rank == root ? new int[2 * world.Size] : [];
        world.ImmediateGather<int>(new[] { world.Rank, 10 * world.Rank }, all, root).Wait();
        for (int rank = 0; rank < all.Length / 2; rank++)
            Expect.Sequence([rank, 10 * rank], (ReadOnlySpan<int>)all.AsSpan(2 * rank, 2), "gathered");
        int[] part = new int[2];
        world.ImmediateScatter<int>(all, part, root).Wait();
        Expect.Sequence([world.Rank, 10 * world.Rank], part.AsSpan(), "scattered back");
    }

    public static void All_to_all_transposes(Intracommunicator world)
    {
        int[] send = new int[world.Size];
        int[] receive = new int[world.Size];
        for (int rank = 0; rank < world.Size; rank++)
            send[rank] = (100 * world.Rank) + rank;
        world.ImmediateAlltoall<int>(send, receive).Wait();
        for (int rank = 0; rank < world.Size; rank++)
            Expect.Equal((100 * rank) + world.Rank, receive[rank], "transposed");
    }

    public static void Reductions_and_scans_give_what_the_blocking_ones_give(Intracommunicator world)
    {
        int[] mine = [world.Rank + 1, 2];
        int[] reduced = new int[2];
        int[] scanned = new int[2];
        int[] below = [-1, -1];
        int[] everywhere = new int[2];
        Request[] requests =
        [
            world.ImmediateReduce<int>(mine, reduced, Operation<int>.Add, 0), world.ImmediateScan<int>(mine, scanned, Operation<int>.Add),
            world.ImmediateExclusiveScan<int>(mine, below, Operation<int>.Add), world.ImmediateAllreduce<int>(mine, everywhere, Operation<int>.Multiply),
        ];
        foreach (Request request in requests)
            request.Wait();
        int sumTo(int rank) => rank * (rank + 1) / 2;
        Expect.Sequence(world.Rank == 0 ? [sumTo(world.Size), 2 * world.Size] : [0, 0], reduced.AsSpan(), "reduced");
        Expect.Sequence([sumTo(world.Rank + 1), 2 * (world.Rank + 1)], scanned.AsSpan(), "scanned");
        Expect.Sequence(world.Rank == 0 ? [-1, -1] : [sumTo(world.Rank), 2 * world.Rank], below.AsSpan(), "scanned below");
        Expect.Equal(1 << world.Size, everywhere[1], "product");
    }

    public static void A_programs_own_operation_outlives_its_last_reference(Intracommunicator world)
    {
        (long Number, long Base)[] value = [(world.Rank + 1, 10)];
        Request request = Start(world, value);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        request.Wait();
        long expected = 0;
        for (int rank = 1; rank <= world.Size; rank++)
            expected = (expected * 10) + rank;
        Expect.Equal(expected, value[0].Number, "digits in rank order");

        static Request Start(Intracommunicator world, (long Number, long Base)[] value) =>
            world.ImmediateAllreduce(value.AsMemory(), (x, y) => ((x.Number * y.Base) + y.Number, x.Base * y.Base));
    }

    public static void An_exception_in_the_operation_is_thrown_by_wait(Intracommunicator world)
    {
        if (world.Size == 1)
            return;
        int failures = 0;
        try
        {
            world.ImmediateAllreduce(new int[1].AsMemory(), (_, _) => throw new InvalidOperationException("from the operation")).Wait();
        }
        catch (InvalidOperationException)
        {
            failures = 1;
        }

        Expect.True(world.Allreduce(failures, Operation<int>.Add) > 0, "no rank saw the exception");
    }

    public static void Too_little_room_is_refused_before_anything_starts(Intracommunicator world)
    {
        Expect.Throws<ArgumentException>(() => world.ImmediateAllgather<int>(new int[2], new int[(2 * world.Size) - 1]), "allgather");
        Expect.Throws<ArgumentException>(() => world.ImmediateAllreduce<int>(new int[2], new int[1], Operation<int>.Add), "allreduce");
        if (world.Size > 1)
            Expect.Throws<ArgumentException>(() => world.ImmediateAlltoall<int>(new int[world.Size + 1], new int[2 * world.Size]), "alltoall");
    }
}
