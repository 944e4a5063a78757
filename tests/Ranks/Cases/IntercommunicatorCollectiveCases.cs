using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Collectives between two groups: the even ranks and the odd ones, of unequal size on three ranks.</summary>
public static class IntercommunicatorCollectiveCases
{
    [Ranks(Min = 2)]
    public static void Messages_go_to_the_other_group(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        Intercommunicator between = groups.Between;
        if (between.Rank == 0)
        {
            between.SendReceive($"{world.Rank}", 0, 1, out string text);
            Expect.Equal($"{groups.Others[0]}", text, "text of the other leader");
        }
    }

    [Ranks(Min = 2)]
    public static void Broadcast_reaches_the_other_group_only(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        int number = groups.RootIsFirstEven == Intercommunicator.Root ? 5 : -1;
        groups.Between.Broadcast(ref number, groups.RootIsFirstEven);
        string text = number == 5 ? "t" : "old";
        groups.Between.Broadcast(ref text, groups.RootIsFirstEven);
        int[]? numbers = groups.RootIsFirstEven == Intercommunicator.Root ? [1, 2] : groups.IsEven ? null : new int[2];
        groups.Between.Broadcast(ref numbers, groups.RootIsFirstEven);
        if (!groups.IsEven)
            Expect.Equal((5, 1, 2), (number, numbers![0], numbers[1]), "in the other group");
        else if (groups.Between.Rank > 0)
            Expect.Equal((-1, "old"), (number, text), "in the root's group");
    }

    [Ranks(Min = 2)]
    public static void Gathers_bring_the_other_groups_values_to_the_root(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        Intercommunicator between = groups.Between;
        int root = groups.RootIsFirstEven;
        bool isRoot = root == Intercommunicator.Root;
        int[]? numbers = between.Gather(world.Rank, root);
        string[]? words = between.Gather($"{world.Rank}", root);
        int[]? pairs = null;
        string[]? wordPairs = null;
        if (isRoot)
        {
            pairs = between.GatherFlattened<int>(2);
            wordPairs = between.GatherFlattened<string>([.. Enumerable.Repeat(2, between.RemoteSize)]);
        }
        else if (groups.IsEven)
        {
            between.GatherFlattened<int>();
            between.GatherFlattened<string>();
        }
        else
        {
            between.GatherFlattened([world.Rank, -1], root);
            between.GatherFlattened([$"{world.Rank}", "-"], root);
        }

        Expect.Equal(isRoot, numbers is not null && words is not null, "results only at the root");
        if (isRoot)
        {
            IReadOnlyList<int> others = groups.Others;
            Expect.Sequence<int>([.. others], numbers, "numbers");
            Expect.Sequence<string>(others.Select(rank => $"{rank}").ToArray(), words, "words");
            Expect.Sequence<int>([.. others.SelectMany(rank => new[] { rank, -1 })], pairs, "pairs");
            Expect.Sequence<string>(others.SelectMany(rank => new[] { $"{rank}", "-" }).ToArray(), wordPairs, "pairs of words");
        }
    }

    [Ranks(Min = 2)]
    public static void Scatters_give_the_other_group_the_roots_values(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        Intercommunicator between = groups.Between;
        int root = groups.RootIsFirstEven;
        if (root == Intercommunicator.Root)
        {
            between.Scatter(groups.Others.ToArray());
            between.Scatter(groups.Others.Select(rank => $"{rank}").ToArray());
            between.ScatterFromFlattened(groups.Others.SelectMany(rank => new[] { rank, -1 }).ToArray(), 2);
            between.ScatterFromFlattened(groups.Others.SelectMany(rank => new[] { $"{rank}", "-" }).ToArray(), [.. Enumerable.Repeat(2, between.RemoteSize)]);
        }
        else if (groups.IsEven)
        {
            between.Scatter<int>();
            between.Scatter<string>();
            between.ScatterFromFlattened<int>();
            between.ScatterFromFlattened<string>();
        }
        else
        {
            Expect.Equal(world.Rank, between.Scatter<int>(root), "number");
            Expect.Equal($"{world.Rank}", between.Scatter<string>(root), "word");
            int[]? pair = null;
            between.ScatterFromFlattened(2, root, ref pair);
            Expect.Sequence<int>([world.Rank, -1], pair, "pair");
            string[]? words = null;
            between.ScatterFromFlattened([.. Enumerable.Repeat(2, between.Size)], root, ref words);
            Expect.Sequence<string>([$"{world.Rank}", "-"], words, "pair of words");
        }
    }

    [Ranks(Min = 2)]
    public static void Everybody_learns_what_the_other_group_has(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        Intercommunicator between = groups.Between;
        int[] others = [.. groups.Others];
        string[] otherWords = [.. others.Select(rank => $"{rank}")];
        Expect.Sequence<int>(others, between.Allgather(world.Rank), "numbers");
        Expect.Sequence<string>(otherWords, between.Allgather($"{world.Rank}"), "words");
        int[]? pairs = null;
        between.AllgatherFlattened([world.Rank, 7], 2, ref pairs);
        Expect.Sequence<int>([.. others.SelectMany(rank => new[] { rank, 7 })], pairs, "pairs");
        string[]? words = null;
        between.AllgatherFlattened([$"{world.Rank}"], 1, ref words);
        Expect.Sequence<string>(otherWords, words, "words, flattened");

        Expect.Sequence<int>([.. others.Select(rank => (rank * 10) + world.Rank)], between.Alltoall(others.Select(rank => (world.Rank * 10) + rank).ToArray()), "exchange");
        Expect.Sequence<string>(others.Select(rank => $"{rank}>{world.Rank}").ToArray(), between.Alltoall(others.Select(rank => $"{world.Rank}>{rank}").ToArray()), "exchange of words");
        int[] ones = [.. Enumerable.Repeat(1, others.Length)];
        int[]? flattened = null;
        between.AlltoallFlattened([.. others.Select(rank => (world.Rank * 10) + rank)], ones, ones, ref flattened);
        Expect.Sequence<int>([.. others.Select(rank => (rank * 10) + world.Rank)], flattened, "exchange, flattened");
    }

    [Ranks(Min = 2)]
    public static void Reductions_combine_the_other_group(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        Intercommunicator between = groups.Between;
        int root = groups.RootIsFirstEven;
        bool isRoot = root == Intercommunicator.Root;
        int sumOfOthers = groups.Others.Sum();
        string textOfOthers = string.Concat(groups.Others);

        Expect.Equal(isRoot ? sumOfOthers : 0, between.Reduce(world.Rank, Operation<int>.Add, root), "reduce");
        Expect.Equal(isRoot ? textOfOthers : null, between.Reduce($"{world.Rank}", Operation<string>.Add, root), "reduce of text");
        int[] result = new int[2];
        between.Reduce([world.Rank, 1], Operation<int>.Add, root, ref result);
        string[] words = [""];
        between.Reduce([$"{world.Rank}"], Operation<string>.Add, root, ref words);
        if (isRoot)
        {
            Expect.Sequence<int>([sumOfOthers, between.RemoteSize], result, "reduce of an array");
            Expect.Sequence<string>([textOfOthers], words, "reduce of words");
        }

        Expect.Equal(sumOfOthers, between.Allreduce(world.Rank, Operation<int>.Add), "allreduce");
        Expect.Equal(textOfOthers, between.Allreduce($"{world.Rank}", Operation<string>.Add), "allreduce of text");
        Expect.Sequence<int>([sumOfOthers, between.RemoteSize], between.Allreduce([world.Rank, 1], Operation<int>.Add), "allreduce of an array");
        Expect.Sequence<string>([textOfOthers], between.Allreduce([$"{world.Rank}"], Operation<string>.Add), "allreduce of words");
    }

    [Ranks(Min = 2)]
    public static void ReduceScatter_deals_the_other_groups_result_out(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        Intercommunicator between = groups.Between;
        int total = 2 * between.Size * between.RemoteSize;
        int[] counts = [.. Enumerable.Repeat(total / between.Size, between.Size)];
        int first = counts[0] * between.Rank;
        int[] values = [.. Enumerable.Range(0, total)];
        int[] mine = [.. Enumerable.Range(first, counts[0])];
        Expect.Sequence<int>(mine.Select(value => value * between.RemoteSize).ToArray(), between.ReduceScatter(values, Operation<int>.Add, counts), "numbers");
        string[] expected = [.. mine.Select(value => string.Concat(groups.Others.Select(rank => $"{rank}.{value};")))];
        Expect.Sequence<string>(expected, between.ReduceScatter(values.Select(value => $"{world.Rank}.{value};").ToArray(), Operation<string>.Add, counts), "words");
    }

    [Ranks(Min = 2)]
    public static void Wrong_arguments_are_refused_before_MPI_is_called(Intracommunicator world)
    {
        using var groups = new TwoGroups(world);
        Intercommunicator between = groups.Between;
        _ = Expect.Throws<ArgumentException>(() => between.Scatter(new int[between.RemoteSize + 1]), "scatter one too many");
        _ = Expect.Throws<ArgumentException>(() => between.GatherFlattened<int>(new int[between.RemoteSize + 1]), "counts");
        _ = Expect.Throws<ArgumentException>(() => between.Reduce((int[]?)null, Operation<int>.Add, Intercommunicator.Root), "a root without room");
        _ = Expect.Throws<ArgumentException>(() => between.Alltoall(new int[between.RemoteSize + 1]), "alltoall one too many");
    }
}
