using System;
using System.Linq;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Gathers and allgathers of values, structs, strings and objects, from every root.</summary>
public static class GatherCases
{
    public static void Gather_brings_one_value_of_each_rank_to_any_root(Intracommunicator world)
    {
        for (int root = 0; root < world.Size; root++)
        {
            int[]? numbers = world.Gather(world.Rank * 2, root);
            Sample[]? samples = world.Gather(new Sample(1, world.Rank, 2), root);
            string[]? texts = world.Gather($"r{world.Rank}", root);
            Person?[]? people = world.Gather(world.Rank == 1 ? null : new Person("p", world.Rank), root);
            Expect.Equal(world.Rank != root, numbers is null && samples is null && texts is null && people is null, "only the root has results");
            for (int rank = 0; numbers is not null && rank < world.Size; rank++)
            {
                Expect.Equal(rank * 2, numbers[rank], "number");
                Expect.Equal(new Sample(1, rank, 2), samples![rank], "sample");
                Expect.Equal($"r{rank}", texts![rank], "text");
                Expect.Equal(rank == 1 ? null : new Person("p", rank), people![rank], "person");
            }
        }
    }

    public static void Gather_fills_the_array_it_is_given_if_that_fits(Intracommunicator world)
    {
        int[] room = new int[world.Size];
        int[] given = room;
        world.Gather(world.Rank, 0, ref given);
        Expect.True(ReferenceEquals(room, given), "the array that fits");
        int[] wrong = new int[world.Size + 1];
        world.Gather(world.Rank, 0, ref wrong);
        Expect.Equal(world.Rank == 0 ? world.Size : world.Size + 1, wrong.Length, "an array of another length is replaced, at the root");
    }

    public static void GatherFlattened_joins_blocks_of_any_lengths(Intracommunicator world)
    {
        int root = world.Size - 1;
        int[] counts = [.. Enumerable.Range(0, world.Size)];
        int[] mine = [.. Enumerable.Repeat(world.Rank, world.Rank)];
        int[] expected = [.. Enumerable.Range(0, world.Size).SelectMany(rank => Enumerable.Repeat(rank, rank))];
        int[]? joined = world.GatherFlattened(mine, world.Rank == root ? counts : null, root);
        string[]? words = world.GatherFlattened([.. mine.Select(number => $"{number}")], counts, root);
        if (world.Rank == root)
        {
            Expect.Sequence<int>(expected, joined, "numbers");
            Expect.Sequence<string>(expected.Select(number => $"{number}").ToArray(), words, "words");
        }

        int[]? even = world.GatherFlattened([world.Rank, -1], root);
        int[] longer = new int[(2 * world.Size) + 3];
        world.GatherFlattened([world.Rank, -1], root, ref longer);
        if (world.Rank == root)
        {
            Expect.Sequence<int>([.. Enumerable.Range(0, world.Size).SelectMany(rank => new[] { rank, -1 })], even, "equal blocks");
            Expect.Equal((2 * world.Size) + 3, longer.Length, "a longer array is kept");
            Expect.Sequence<int>(even, longer.AsSpan(0, 2 * world.Size), "and filled");
        }
    }

    public static void Allgather_brings_everything_to_everybody(Intracommunicator world)
    {
        int[] ranks = [.. Enumerable.Range(0, world.Size)];
        Expect.Sequence<int>(ranks, world.Allgather(world.Rank), "numbers");
        Expect.Sequence<Label>(ranks.Select(rank => new Label($"l{rank}", rank)).ToArray(), world.Allgather(new Label($"l{world.Rank}", world.Rank)), "labels");
        Expect.Sequence<bool>(ranks.Select(rank => rank % 2 == 0).ToArray(), world.Allgather(world.Rank % 2 == 0), "truth values");
        string[]? words = null;
        world.Allgather(new string('x', world.Rank * 1000), ref words);
        Expect.Sequence<int>(ranks.Select(rank => rank * 1000).ToArray(), words.Select(word => word.Length).ToArray(), "words of very different lengths");
    }

    public static void AllgatherFlattened_joins_blocks_everywhere(Intracommunicator world)
    {
        int[] counts = [.. Enumerable.Range(1, world.Size)];
        int[] expected = [.. counts.SelectMany(count => Enumerable.Repeat(count, count))];
        int[] mine = [.. Enumerable.Repeat(world.Rank + 1, world.Rank + 1)];
        Expect.Sequence<int>(expected, world.AllgatherFlattened(mine, counts), "numbers");
        Expect.Sequence<string>(expected.Select(number => $"{number}").ToArray(), world.AllgatherFlattened([.. mine.Select(number => $"{number}")], counts), "words");
        int[]? even = null;
        world.AllgatherFlattened([world.Rank, 5], 2, ref even);
        Expect.Sequence<int>([.. Enumerable.Range(0, world.Size).SelectMany(rank => new[] { rank, 5 })], even, "equal blocks");
    }

    public static void A_wrong_number_of_counts_is_refused_before_MPI_is_called(Intracommunicator world)
    {
        _ = Expect.Throws<ArgumentException>(() => world.AllgatherFlattened([1], new int[world.Size + 1]), "counts");
        _ = Expect.Throws<ArgumentException>(() => world.GatherFlattened([1, 2], [.. Enumerable.Repeat(1, world.Size)], world.Rank), "own count");
        _ = Expect.Throws<ArgumentNullException>(() => world.GatherFlattened<int>([1], null, world.Rank), "no counts at the root");
        _ = Expect.Throws<ArgumentException>(() => world.AllgatherFlattened([1], [.. Enumerable.Repeat(-1, world.Size)]), "negative");
        _ = Expect.Throws<ArgumentNullException>(() => world.AllgatherFlattened<int>(null!, 1), "null");
        MpiException error = Expect.Throws<MpiException>(() => world.Gather(1, world.Size + 3), "root");
        Expect.True(error.ErrorClass is MpiErrorClass.Root or MpiErrorClass.Rank, error.Message);
    }
}
