using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>One-sided communication.</summary>
public static class WindowCases
{
    public static void Between_fences_ranks_put_and_get(Intracommunicator world)
    {
        using var part = new MpiBuffer<int>(3);
        using Window<int> window = Open(world, part);
        int[] seen = new int[1];
        window.Fence(WindowAssertions.NoPrecede);
        window.Put(new[] { world.Rank, 100 + world.Rank }, Ring.Next(world), 1);
        Expect.True(window.HasOpenEpoch, "an access is under way");
        window.Fence();
        Expect.True(!window.HasOpenEpoch, "the fence has ended it");
        window.Get(seen, Ring.Next(world), 2);
        window.Fence(WindowAssertions.NoSucceed);
        Expect.Sequence([0, Ring.Previous(world), 100 + Ring.Previous(world)], (ReadOnlySpan<int>)part.Span, "own part");
        Expect.Equal(100 + world.Rank, seen[0], "what was put comes back");
    }

    public static void Accumulated_values_add_up(Intracommunicator world)
    {
        using var part = new MpiBuffer<double>(2);
        using Window<double> window = Open(world, part);
        window.Fence(WindowAssertions.NoPrecede);
        window.Accumulate(new[] { 1.0, world.Rank }, 0, 0, Operation<double>.Add);
        window.Fence(WindowAssertions.NoSucceed);
        if (world.Rank == 0)
            Expect.Sequence([world.Size, world.Size * (world.Size - 1) / 2.0], (ReadOnlySpan<double>)part.Span, "sums");
    }

    public static void A_shared_counter_gives_every_ticket_once(Intracommunicator world)
    {
        const int TicketsPerRank = 5;
        using var counter = new MpiBuffer<long>(1);
        using Window<long> window = Open(world, counter);
        long[] tickets = new long[TicketsPerRank];
        window.LockAll();
        for (int index = 0; index < TicketsPerRank; index++)
            tickets[index] = window.FetchAndOp(1, world.Size - 1, 0, Operation<long>.Add);
        window.UnlockAll();
        long[] all = new long[TicketsPerRank * world.Size];
        world.Allgather<long>(tickets.AsSpan(), all.AsSpan());
        Array.Sort(all);
        for (int ticket = 0; ticket < all.Length; ticket++)
            Expect.Equal(ticket, all[ticket], "ticket");
    }

    public static void Exactly_one_rank_wins_a_compare_and_swap(Intracommunicator world)
    {
        using var owner = new MpiBuffer<int>(1);
        owner[0] = -1;
        using Window<int> window = Open(world, owner);
        world.Barrier();
        window.Lock(0, exclusive: true);
        int before = window.CompareAndSwap(world.Rank, -1, 0, 0);
        window.Unlock(0);
        Expect.Equal(1, world.Allreduce(before == -1 ? 1 : 0, Operation<int>.Add), "winners");
    }

    public static void Get_accumulate_fetches_what_was_there(Intracommunicator world)
    {
        using var part = new MpiBuffer<int>(2);
        part[0] = world.Rank;
        part[1] = 10;
        int[] fetched = new int[2];
        using Window<int> window = Open(world, part);
        window.Fence(WindowAssertions.NoPrecede);
        window.GetAccumulate(new[] { 5, 5 }, fetched, Ring.Next(world), 0, Operation<int>.Add);
        window.Fence(WindowAssertions.NoSucceed);
        Expect.Sequence([Ring.Next(world), 10], fetched.AsSpan(), "before");
        Expect.Sequence([world.Rank + 5, 15], (ReadOnlySpan<int>)part.Span, "after");
    }

    public static void Locked_ranks_are_read_and_written_with_flushes(Intracommunicator world)
    {
        using var part = new MpiBuffer<int>(world.Size);
        using Window<int> window = Open(world, part);
        int next = Ring.Next(world);
        window.Lock(next);
        window.Put(new[] { 9 }, next, world.Rank);
        window.Flush(next);
        int[] back = new int[1];
        window.Get(back, next, world.Rank);
        window.FlushLocal(next);
        Expect.Equal(9, back[0], "what was put");
        Expect.True(window.HasOpenEpoch, "a lock is held");
        window.Unlock(next);
        Expect.True(!window.HasOpenEpoch, "no lock is held");
        world.Barrier();
    }

    [Ranks(Min = 2)]
    public static void Post_start_complete_wait_connect_just_those_who_exchange(Intracommunicator world)
    {
        using var part = new MpiBuffer<int>(1);
        using Window<int> window = Open(world, part);
        using Group all = world.Group;
        if (world.Rank == 0)
        {
            using Group writer = all.IncludeOnly([1]);
            window.Post(writer);
            Expect.True(window.HasOpenEpoch, "exposed");
            window.Wait();
            Expect.Equal(42, part[0], "what rank 1 has put");
        }
        else if (world.Rank == 1)
        {
            using Group target = all.IncludeOnly([0]);
            window.Start(target);
            window.Put(new[] { 42 }, 0, 0);
            window.Complete();
        }

        Expect.True(!window.HasOpenEpoch, "all is complete");
    }

    public static void Misuse_is_refused_with_the_way_out(Intracommunicator world)
    {
        using var part = new MpiBuffer<int>(1);
        Window<int> window = Open(world, part);
        Expect.Throws<InvalidOperationException>(() => window.FetchAndOp(1, 0, 0, Operation<int>.Add), "without a lock");
        Expect.Throws<ArgumentException>(() => window.Accumulate(new[] { 1 }, 0, 0, (x, y) => x), "an operation of the program's own");
        window.Lock(world.Rank);
        InvalidOperationException refusal = Expect.Throws<InvalidOperationException>(window.Dispose, "dispose in an epoch");
        Expect.True(refusal.Message.Contains("Unlock", StringComparison.Ordinal), "names the call that closes it");
        window.Unlock(world.Rank);
        Expect.True(Listed(window), "listed while it exists");
        window.Dispose();
        Expect.True(!Listed(window), "and not after");
    }

    internal static Window<T> Open<T>(Intracommunicator world, MpiBuffer<T> part)
        where T : unmanaged
    {
        try
        {
            return new Window<T>(world, part);
        }
        catch (MpiException none) when (none.ErrorClass == MpiErrorClass.Window && world.Size == 1)
        {
            // Open MPI 4.1 has no component for one-sided communication of a rank that is alone.
            throw new CapabilityAbsentException("one-sided communication on one rank");
        }
    }

    private static bool Listed(Window window)
    {
        foreach (Window listed in Window.All)
        {
            if (ReferenceEquals(listed, window))
                return true;
        }

        return false;
    }
}
