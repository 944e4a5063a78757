using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>The core of the binding: spans there and back, errors with a name, derived communicators.</summary>
public static class CoreCases
{
    public static void Ranks_are_numbered_from_zero_to_size(Intracommunicator world)
    {
        Span<int> ranks = stackalloc int[world.Size];
        ReadOnlySpan<int> mine = [world.Rank];
        world.Allgather(mine, ranks);
        for (int rank = 0; rank < world.Size; rank++)
            Expect.Equal(rank, ranks[rank], "rank in world order");
    }

    public static void A_ring_of_sendrecv_brings_every_rank_its_neighbours_values(Intracommunicator world)
    {
        int next = (world.Rank + 1) % world.Size;
        int previous = (world.Rank + world.Size - 1) % world.Size;
        double[] send = [world.Rank, world.Rank + 0.5];
        double[] receive = new double[3];
        MessageStatus status = world.Sendrecv<double>(send, next, 5, receive, previous, 5);
        Expect.Equal(new MessageStatus(previous, 5, 2), status, "status of a shorter message");
        Expect.Sequence([previous, previous + 0.5, 0], receive, "received values");
    }

    public static void The_null_process_swallows_and_sends_nothing(Intracommunicator world)
    {
        world.Send<int>([1, 2, 3], Communicator.NullProcess, 0);
        MessageStatus status = world.Receive<int>(Communicator.NullProcess, 0, new int[3]);
        Expect.Equal(0, status.Count, "count from the null process");
        Expect.Equal(Communicator.NullProcess, status.Source, "source");
    }

    [Ranks(Min = 2)]
    public static void A_message_longer_than_its_room_is_reported_as_truncated(Intracommunicator world)
    {
        if (world.Rank == 0)
        {
            world.Send<int>([1, 2, 3], 1, 9);
        }
        else if (world.Rank == 1)
        {
            MessageTruncatedException error = Expect.Throws<MessageTruncatedException>(() => world.Receive<int>(0, 9, new int[2]), "three into two");
            Expect.Equal(MpiErrorClass.Truncate, error.ErrorClass, "class");
        }
    }

    public static void An_invalid_rank_is_an_error_that_names_call_rank_and_communicator(Intracommunicator world)
    {
        MpiException error = Expect.Throws<MpiException>(() => world.Send<int>([1], world.Size + 7, 0), "send to nobody");
        Expect.Equal(MpiErrorClass.Rank, error.ErrorClass, "class");
        Expect.Equal("MPI_Send", error.Call, "call");
        Expect.Equal(world.Rank, error.Rank, "rank");
        Expect.Equal("world", error.CommunicatorName, "communicator");
    }

    public static void Splitting_by_parity_numbers_each_half_anew(Intracommunicator world)
    {
        using var half = (Intracommunicator)world.Split(world.Rank % 2, world.Rank)!;
        Expect.Equal(world.Rank / 2, half.Rank, "rank in the half");
        Span<int> sum = [1];
        half.Allreduce(sum, Operation<int>.Add);
        Expect.Equal(half.Size, sum[0], "sum of ones");
    }

    public static void A_rank_without_color_is_in_no_part(Intracommunicator world)
    {
        using Communicator? part = world.Split(world.Rank == 0 ? Group.NoProcess : 1, 0);
        Expect.Equal(world.Rank == 0, part is null, "part of rank 0");
    }

    public static void A_clone_is_congruent_and_world_is_identical_to_itself(Intracommunicator world)
    {
        using var clone = (Intracommunicator)world.Clone();
        Expect.Equal(Comparison.Congruent, world.Compare(clone), "comparison");
        Expect.Equal(Comparison.Identical, world.Compare(world), "comparison with itself");
    }

    [Ranks(Min = 2)]
    public static void A_clone_has_messages_of_its_own(Intracommunicator world)
    {
        using var clone = (Intracommunicator)world.Clone();
        if (world.Rank == 0)
        {
            clone.Send<int>([1], 1, 0);
            world.Send<int>([2], 1, 0);
        }
        else if (world.Rank == 1)
        {
            int[] received = new int[1];
            world.Receive<int>(0, 0, received);
            Expect.Equal(2, received[0], "the message of world");
            clone.Receive<int>(0, 0, received);
            Expect.Equal(1, received[0], "the message of the clone");
        }
    }

    public static void A_user_operation_combines_in_rank_order(Intracommunicator world)
    {
        Span<Digits> value = [new Digits(world.Rank + 1, 10)];
        world.Allreduce(value, (x, y) => new Digits((x.Number * y.Base) + y.Number, x.Base * y.Base));
        long expected = 0;
        for (int rank = 1; rank <= world.Size; rank++)
            expected = (expected * 10) + rank;
        Expect.Equal(expected, value[0].Number, "digits in rank order");
    }

    public static void An_exception_in_a_user_operation_reaches_the_caller(Intracommunicator world)
    {
        if (world.Size == 1)
            return;

        // Which ranks apply the operation is the library's choice; at least one must, and it must say so.
        int[] failures = [0];
        try
        {
            world.Allreduce<int>(new int[1].AsSpan(), (_, _) => throw new InvalidOperationException("from the operation"));
        }
        catch (InvalidOperationException)
        {
            failures[0] = 1;
        }

        world.Allreduce(failures.AsSpan(), Operation<int>.Add);
        Expect.True(failures[0] > 0, "no rank saw the exception");
    }

    public static void A_struct_travels_with_all_its_fields(Intracommunicator world)
    {
        int next = (world.Rank + 1) % world.Size;
        int previous = (world.Rank + world.Size - 1) % world.Size;
        Particle[] received = new Particle[1];
        world.Sendrecv<Particle>([new Particle(1.5, world.Rank, 'x')], next, 0, received, previous, 0);
        Expect.Equal(new Particle(1.5, previous, 'x'), received[0], "particle");
    }

    public static void Blocking_messages_of_spans_allocate_nothing(Intracommunicator world)
    {
        double[] send = new double[16];
        double[] receive = new double[16];
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int call = 0; call < 20; call++)
            {
                world.Sendrecv<double>(send, world.Rank, 0, receive, world.Rank, 0);
                world.Allreduce<double>(send, receive, Operation<double>.Max);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Expect.Equal(0L, allocated, "bytes allocated after warming up");
    }

    /// <summary>Digits written one behind the other: associative, and never commutative.</summary>
    private readonly record struct Digits(long Number, long Base);

    private readonly record struct Particle(double Mass, int Owner, char Kind);
}
