using System;
using System.Linq;
using System.Numerics;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Reductions and scans: predefined operations, user operations in rank order, types that MPI cannot hold.</summary>
public static class ReductionCases
{
    public static void Reduce_leaves_the_result_at_any_root(Intracommunicator world)
    {
        int n = world.Size;
        for (int root = 0; root < n; root++)
        {
            int sum = world.Reduce(world.Rank + 1, Operation<int>.Add, root);
            string? text = world.Reduce($"{world.Rank}", Operation<string>.Add, root);
            double[]? maxima = world.Reduce([world.Rank, -world.Rank], Operation<double>.Max, root);
            string[]? words = world.Reduce([$"{world.Rank}", "x"], (x, y) => x + y, root);
            Digits digits = world.Reduce(Digits.Of(world.Rank + 1), Digits.Append, root);
            bool isRoot = world.Rank == root;
            string ranks = string.Concat(Enumerable.Range(0, n));
            Expect.Equal(isRoot ? n * (n + 1) / 2 : 0, sum, "sum");
            Expect.Equal(isRoot ? ranks : null, text, "text");
            Expect.Equal(isRoot ? Digits.Run(1, n) : 0, digits.Number, "digits in rank order");
            Expect.Equal(!isRoot, maxima is null && words is null, "arrays only at the root");
            if (isRoot)
            {
                Expect.Sequence<double>([n - 1, 0], maxima, "maxima");
                Expect.Sequence<string>([ranks, new string('x', n)], words, "words");
            }
        }
    }

    public static void Allreduce_gives_all_ranks_the_result(Intracommunicator world)
    {
        int n = world.Size;
        Expect.Equal(n * (n - 1) / 2, world.Allreduce(world.Rank, Operation<int>.Add), "sum");
        Expect.Equal(n - 1, world.Allreduce((byte)world.Rank, Operation<byte>.Max), "maximum of bytes");
        Expect.Equal(n == 1, world.Allreduce(world.Rank == 0, Operation<bool>.LogicalAnd), "all are rank 0");
        Expect.Equal(new Complex(n, 2 * n), world.Allreduce(new Complex(1, 2), Operation<Complex>.Add), "complex");
        Expect.Equal(1.5m * n, world.Allreduce(1.5m, Operation<decimal>.Add), "decimal");
        Expect.Equal(Digits.Run(1, n), world.Allreduce(Digits.Of(world.Rank + 1), Digits.Append).Number, "digits in rank order");
        Expect.Equal(string.Concat(Enumerable.Range(0, n)), world.Allreduce($"{world.Rank}", Operation<string>.Add), "text in rank order");
        Expect.Equal(BigInteger.Pow(10, n), world.Allreduce(new BigInteger(10), (x, y) => x * y), "big integers");
        Expect.Sequence<int>([n, 0], world.Allreduce([1, 0], Operation<int>.Add), "array");
        string[]? words = null;
        world.Allreduce([$"{world.Rank}"], Operation<string>.Add, ref words);
        Expect.Sequence<string>([string.Concat(Enumerable.Range(0, n))], words, "words");
        int[] both = [1, 2];
        world.Allreduce(both, Operation<int>.Add, ref both);
        Expect.Sequence<int>([n, 2 * n], both, "one array as input and output");
    }

    public static void ReduceScatter_leaves_each_rank_its_block(Intracommunicator world)
    {
        int n = world.Size;
        int[] counts = [.. Enumerable.Range(1, n)];
        int total = counts.Sum();
        int first = counts.Take(world.Rank).Sum();
        int[] values = [.. Enumerable.Range(0, total)];
        int[] mine = [.. Enumerable.Range(first, counts[world.Rank])];
        Expect.Sequence<int>(mine.Select(value => value * n).ToArray(), world.ReduceScatter(values, Operation<int>.Add, counts), "numbers");
        string[] words = [.. values.Select(value => $"{world.Rank}.{value};")];
        string[] expected = [.. mine.Select(value => string.Concat(Enumerable.Range(0, n).Select(rank => $"{rank}.{value};")))];
        Expect.Sequence<string>(expected, world.ReduceScatter(words, Operation<string>.Add, counts), "words in rank order");
    }

    public static void Scans_combine_the_ranks_before(Intracommunicator world)
    {
        int r = world.Rank;
        Expect.Equal(r * (r + 1) / 2, world.Scan(r, Operation<int>.Add), "scan");
        Expect.Equal(Digits.Run(1, r + 1), world.Scan(Digits.Of(r + 1), Digits.Append).Number, "scan in rank order");
        Expect.Equal(string.Concat(Enumerable.Range(0, r + 1)), world.Scan($"{r}", Operation<string>.Add), "scan of text");
        Expect.Sequence<int>([r + 1, r * (r + 1) / 2], world.Scan([1, r], Operation<int>.Add), "scan of an array");
        Expect.Sequence<string>([string.Concat(Enumerable.Range(0, r + 1))], world.Scan([$"{r}"], Operation<string>.Add), "scan of words");

        Expect.Equal(r * (r - 1) / 2, world.ExclusiveScan(r, Operation<int>.Add), "exclusive scan");
        Expect.Equal(r == 0 ? 0 : Digits.Run(1, r), world.ExclusiveScan(Digits.Of(r + 1), Digits.Append).Number, "exclusive scan in rank order");
        Expect.Equal(r == 0 ? null : string.Concat(Enumerable.Range(0, r)), world.ExclusiveScan($"{r}", Operation<string>.Add), "exclusive scan of text");
        int[]? before = world.ExclusiveScan([1, r], Operation<int>.Add);
        string[]? words = world.ExclusiveScan([$"{r}"], Operation<string>.Add);
        Expect.Equal(r == 0, before is null && words is null, "rank 0 has none before it");
        if (r > 0)
        {
            Expect.Sequence<int>([r, r * (r - 1) / 2], before, "exclusive scan of an array");
            Expect.Sequence<string>([string.Concat(Enumerable.Range(0, r))], words, "exclusive scan of words");
        }
    }

    public static void An_operation_on_objects_that_throws_does_so_on_every_rank(Intracommunicator world)
    {
        if (world.Size == 1)
            return;
        _ = Expect.Throws<InvalidOperationException>(() => world.Allreduce("a", (_, _) => throw new InvalidOperationException("from the operation")), "allreduce");
        _ = Expect.Throws<InvalidOperationException>(() => world.ReduceScatter(Enumerable.Repeat("a", world.Size).ToArray(), (_, _) => throw new InvalidOperationException("from the operation"), [.. Enumerable.Repeat(1, world.Size)]), "reduce-scatter");
        Expect.Equal(world.Size, world.Allreduce(1, Operation<int>.Add), "all ranks go on together");
    }

    public static void Wrong_reductions_are_refused_before_MPI_is_called(Intracommunicator world)
    {
        _ = Expect.Throws<ArgumentNullException>(() => world.Allreduce(1, null!), "no operation");
        _ = Expect.Throws<ArgumentNullException>(() => world.Allreduce("a", null!), "no operation on text");
        _ = Expect.Throws<ArgumentNullException>(() => world.Allreduce<int>((int[])null!, Operation<int>.Add), "no values");
        _ = Expect.Throws<ArgumentException>(() => world.ReduceScatter([1], Operation<int>.Add, [.. Enumerable.Repeat(2, world.Size)]), "counts that do not add up");
        _ = Expect.Throws<ArgumentException>(() => _ = Operation<Person>.Add, "no operator");
    }

    public static void A_reduction_of_a_number_allocates_nothing(Intracommunicator world)
    {
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int call = 0; call < 20; call++)
            {
                _ = world.Allreduce(1.5, Operation<double>.Add);
                _ = world.Reduce(1, Operation<int>.Max, 0);
                _ = world.Scan(1, Operation<int>.Add);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Expect.Equal(0L, allocated, "bytes allocated after warming up");
    }
}
