using System;
using System.Linq;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Broadcasts, scatters and all-to-all exchanges of values, structs, strings and objects.</summary>
public static class ScatterCases
{
    public static void Broadcast_copies_the_roots_value_to_all(Intracommunicator world)
    {
        for (int root = 0; root < world.Size; root++)
        {
            bool isRoot = world.Rank == root;
            Sample sample = isRoot ? new Sample(1, 2.5, root) : default;
            world.Broadcast(ref sample, root);
            Expect.Equal(new Sample(1, 2.5, root), sample, "sample");
            string? text = isRoot ? "text" : null;
            world.Broadcast(ref text, root);
            Expect.Equal("text", text, "text");
            var person = isRoot ? new Person("p", root) : null;
            Person? before = person;
            world.Broadcast(ref person, root);
            Expect.Equal(new Person("p", root), person, "person");
            Expect.True(!isRoot || ReferenceEquals(before, person), "the root keeps its object");
            int[] numbers = isRoot ? [1, 2, root] : new int[3];
            world.Broadcast(ref numbers, root);
            Expect.Sequence<int>([1, 2, root], numbers, "numbers");
            string[]? words = isRoot ? ["a", "b"] : null;
            world.Broadcast(ref words, root);
            Expect.Sequence<string>(["a", "b"], words, "words");
            int[]? unknownLength = isRoot ? [4, 5] : null;
            world.Broadcast<int[]?>(ref unknownLength, root);
            Expect.Sequence<int>([4, 5], unknownLength, "an array as an object");
        }
    }

    public static void Scatter_gives_each_rank_its_own(Intracommunicator world)
    {
        for (int root = 0; root < world.Size; root++)
        {
            int[]? numbers = world.Rank == root ? [.. Enumerable.Range(10, world.Size)] : null;
            Expect.Equal(10 + world.Rank, world.Scatter(numbers, root), "number");
            Expect.Equal(10 + world.Rank, world.Rank == root ? world.Scatter(numbers!) : world.Scatter<int>(root), "number, by two forms");
            string[]? words = numbers?.Select(number => new string('w', number * 100)).ToArray();
            Expect.Equal((10 + world.Rank) * 100, world.Scatter(words, root).Length, "word");
            Expect.Equal((10 + world.Rank) * 100, (world.Rank == root ? world.Scatter(words!) : world.Scatter<string>(root)).Length, "word, by two forms");
        }
    }

    public static void ScatterFromFlattened_cuts_blocks_of_any_lengths(Intracommunicator world)
    {
        int[] counts = [.. Enumerable.Range(0, world.Size)];
        int[] blocks = [.. counts.SelectMany(count => Enumerable.Repeat(count, count))];
        int[] mine = [.. Enumerable.Repeat(world.Rank, world.Rank)];
        Expect.Sequence<int>(mine, world.ScatterFromFlattened(world.Rank == 0 ? blocks : null, counts, 0), "numbers");
        Expect.Sequence<string>(
            mine.Select(number => $"{number}").ToArray(), world.ScatterFromFlattened<string>(world.Rank == 0 ? [.. blocks.Select(number => $"{number}")] : null, counts, 0), "words");
        int[]? pair = null;
        world.ScatterFromFlattened(world.Rank == 0 ? [.. Enumerable.Range(0, 2 * world.Size)] : null, 2, 0, ref pair);
        Expect.Sequence<int>([2 * world.Rank, (2 * world.Rank) + 1], pair, "equal blocks");
    }

    public static void Alltoall_transposes(Intracommunicator world)
    {
        int[] ranks = [.. Enumerable.Range(0, world.Size)];
        int[] row = [.. ranks.Select(to => (world.Rank * 10) + to)];
        int[] column = [.. ranks.Select(from => (from * 10) + world.Rank)];
        Expect.Sequence<int>(column, world.Alltoall(row), "numbers");
        Expect.Sequence<string>(column.Select(number => $"{number}").ToArray(), world.Alltoall(row.Select(number => $"{number}").ToArray()), "words");
        int[] both = [.. row];
        world.Alltoall(both, ref both);
        Expect.Sequence<int>(column, both, "one array as input and output");
        Expect.Sequence<int>([.. column.SelectMany(number => new[] { number, -number })], world.AlltoallFlattened([.. row.SelectMany(number => new[] { number, -number })], 2), "pairs");
    }

    public static void AlltoallFlattened_exchanges_blocks_of_any_lengths(Intracommunicator world)
    {
        int[] ranks = [.. Enumerable.Range(0, world.Size)];
        int[] sendCounts = [.. ranks.Select(to => world.Rank + to)];
        int[] recvCounts = [.. ranks.Select(from => from + world.Rank)];
        int[] send = [.. ranks.SelectMany(to => Enumerable.Repeat((world.Rank * 10) + to, world.Rank + to))];
        int[] expected = [.. ranks.SelectMany(from => Enumerable.Repeat((from * 10) + world.Rank, from + world.Rank))];
        Expect.Sequence<int>(expected, world.AlltoallFlattened(send, sendCounts, recvCounts), "numbers");
        Expect.Sequence<string>(
            expected.Select(number => $"{number}").ToArray(), world.AlltoallFlattened(send.Select(number => $"{number}").ToArray(), sendCounts, recvCounts), "words");
    }

    public static void Wrong_lengths_are_refused_before_MPI_is_called(Intracommunicator world)
    {
        _ = Expect.Throws<ArgumentException>(() => world.Scatter(new int[world.Size + 1]), "scatter one too many");
        _ = Expect.Throws<ArgumentException>(() => world.Scatter<int>(world.Rank), "the root has no values");
        _ = Expect.Throws<ArgumentException>(() => world.ScatterFromFlattened(new int[1], [.. Enumerable.Repeat(2, world.Size)], world.Rank), "counts of more than there is");
        _ = Expect.Throws<ArgumentException>(() => world.Alltoall(new int[world.Size + 1]), "alltoall one too many");
        _ = Expect.Throws<ArgumentException>(() => world.AlltoallFlattened(new int[8], new int[world.Size], new int[world.Size + 1]), "receive counts");
        int[]? nothing = null;
        _ = Expect.Throws<ArgumentNullException>(() => world.Broadcast(ref nothing, world.Rank), "broadcast of null");
    }
}
