using System;
using System.Linq;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Programs;
using MPI;
using MPI.Links;

namespace HpcVirt.Ranks.Cases;

/// <summary>Communicators that are made again beneath the objects that there are, and collectives that are answered out of a log.</summary>
public static class RecipeCases
{
    private static readonly MPI.Attribute Key = MPI.Attribute.Create<int>(AttributeDuplication.None);

    [Ranks(Min = 2)]
    public static void All_kinds_made_again_work_as_before(Intracommunicator world) => Recorded(() =>
    {
        using var structures = new Structures(world);
        ulong before = structures.Use(1);
        CommunicatorRecipe.Replay();
        PersistentRequest.RenewAll();
        Expect.Equal(before, structures.Use(1), "what they bring");
        CommunicatorRecipe.Replay();
        PersistentRequest.RenewAll();
        Expect.Equal(before, structures.Use(1), "what they bring, the second time");
    });

    public static void Names_and_attributes_stay(Intracommunicator world) => Recorded(() =>
    {
        using var copy = (Intracommunicator)world.Clone();
        copy.Name = "named";
        copy.Attributes[Key] = 5;
        nint handle = copy.Handle;
        CommunicatorRecipe.Replay();
        Expect.True(copy.Handle != handle, "another native communicator");
        Expect.Equal(("named", 5), (copy.Name, (int)copy.Attributes[Key]!), "name and attribute");
    });

    public static void One_that_was_freed_since_the_first_safe_point_is_made_for_the_others_and_let_go(Intracommunicator world) => Recorded(() =>
    {
        var freed = (Intracommunicator)world.Clone();
        using var child = (Intracommunicator)freed.Clone();
        CommunicatorRecipe.Seal();
        freed.Dispose();
        CommunicatorRecipe.Replay();
        Expect.Equal(world.Size, child.Allreduce(1, Operation<int>.Add), "its child");
        Expect.True(freed.Handle == MPI.Native.Abi.CommNull, "it stays freed");
    });

    public static void What_comes_after_the_first_safe_point_is_in_the_way_until_it_is_freed(Intracommunicator world) => Recorded(() =>
    {
        CommunicatorRecipe.Seal();
        var late = (Intracommunicator)world.Clone();
        Expect.True(CommunicatorRecipe.Obstacle?.Contains("after the first safe point", StringComparison.Ordinal) == true, "an obstacle");
        late.Dispose();
        Expect.True(CommunicatorRecipe.Obstacle is null, "none any more");
        Communicator adopted = Communicator.Adopt(((Intracommunicator)world.Clone()).Handle)!;
        Expect.True(CommunicatorRecipe.Obstacle is not null, $"{adopted.Name} is a stranger");
    });

    public static void A_recipe_that_lasts_has_what_comes_after_the_first_safe_point_and_forgets_duplicates_that_are_freed(Intracommunicator world)
    {
        CommunicatorRecipe.Begin(isLasting: true, stepsMax: 4);
        try
        {
            CommunicatorRecipe.Seal();
            using var late = (Intracommunicator)world.Clone();
            for (int round = 0; round < 5; round++) ((Intracommunicator)late.Clone()).Dispose();
            using var part = (Intracommunicator)late.Split(world.Rank == 0 ? 0 : 1, world.Rank)!;
            Expect.True(CommunicatorRecipe.Obstacle is null, "nothing in the way");
            nint handle = part.Handle;
            CommunicatorRecipe.Replay();
            Expect.True(part.Handle != handle, "another native communicator");
            Expect.Equal(world.Rank == 0 ? 1 : world.Size - 1, part.Allreduce(1, Operation<int>.Add), "its part");
        }
        finally
        {
            CommunicatorRecipe.Stop();
        }
    }

    public static void A_recipe_that_lasts_has_a_bound_and_says_so(Intracommunicator world)
    {
        CommunicatorRecipe.Begin(isLasting: true, stepsMax: 4);
        try
        {
            for (int round = 0; round < 2; round++) ((Intracommunicator)world.Split(0, world.Rank)!).Dispose();
            Expect.True(CommunicatorRecipe.Obstacle is null, "none yet");
            ((Intracommunicator)world.Split(0, world.Rank)!).Dispose();
            Expect.True(CommunicatorRecipe.Obstacle?.Contains("more than 4", StringComparison.Ordinal) == true, "an obstacle");
        }
        finally
        {
            CommunicatorRecipe.Stop();
        }
    }

    public static void A_log_answers_every_kind_of_collective_as_the_ranks_did(Intracommunicator world)
    {
        PrologueLog.Begin();
        string first = Learn(world);
        PrologueLog.End();
        byte[] log = PrologueLog.Written.ToArray();
        world.Barrier();

        // Nobody else is asked: in turns, with the others somewhere else.
        for (int turn = 0; turn < world.Size; turn++)
        {
            if (turn == world.Rank)
            {
                PrologueLog.Replay(log);
                Expect.Equal(first, Learn(world), "what it learns");
                PrologueLog.End();
                Expect.Sequence<byte>(log, PrologueLog.Written.Span, "the log for the next process");
            }

            world.Barrier();
        }
    }

    public static void A_beginning_that_differs_is_found_out(Intracommunicator world)
    {
        PrologueLog.Begin();
        _ = world.Allreduce(1, Operation<int>.Add);
        world.Barrier();
        PrologueLog.End();
        byte[] log = PrologueLog.Written.ToArray();
        PrologueLog.Replay(log);
        Expect.Throws<MpiException>(() => world.Allreduce<double>(1, Operation<double>.Add), "other amounts");
        PrologueLog.Replay(log);
        _ = world.Allreduce(1, Operation<int>.Add);
        Expect.Throws<MpiException>(PrologueLog.End, "fewer calls");
        PrologueLog.Replay(log);
        _ = world.Allreduce(1, Operation<int>.Add);
        world.Barrier();
        Expect.Throws<MpiException>(world.Barrier, "more calls");
        PrologueLog.Replay(log);
        Expect.Throws<MpiException>(() => Communicator.self.Allreduce(1, Operation<int>.Add), "another communicator");
        PrologueLog.Begin();
        PrologueLog.End();
    }

    private static string Learn(Intracommunicator world)
    {
        string text = world.Rank == 0 ? "given" : "";
        world.Broadcast(ref text, 0);
        int[] gathered = world.Gather(world.Rank, 0) ?? [];
        string[] texts = world.Allgather($"r{world.Rank}");
        int[] swapped = world.Alltoall([.. Enumerable.Range(0, world.Size).Select(to => (10 * world.Rank) + to)]);
        int scattered = world.Scatter<int>(world.Rank == 0 ? [.. Enumerable.Range(5, world.Size)] : null, 0);
        int reduced = world.Reduce(world.Rank + 1, Operation<int>.Add, 0);
        int all = world.Allreduce(world.Rank + 1, static (one, other) => (one * 3) + other);
        int scanned = world.Scan(world.Rank + 1, Operation<int>.Add);
        int own = world.ReduceScatter([.. Enumerable.Repeat(world.Rank + 1, world.Size)], Operation<int>.Add, [.. Enumerable.Repeat(1, world.Size)])[0];
        world.Barrier();
        return string.Join(' ', [text, .. gathered, .. texts, .. swapped, scattered, reduced, all, scanned, own]);
    }

    private static void Recorded(Action test)
    {
        CommunicatorRecipe.Begin();
        try
        {
            test();
        }
        finally
        {
            CommunicatorRecipe.Stop();
        }
    }
}
