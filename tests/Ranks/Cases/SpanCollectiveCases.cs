using System;
using System.Linq;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Collectives from and into spans.</summary>
public static class SpanCollectiveCases
{
    public static void Gathers_and_scatters_of_spans_are_inverse(Intracommunicator world)
    {
        int n = world.Size;
        int root = n - 1;
        bool isRoot = world.Rank == root;
        double[] mine = [world.Rank, world.Rank + 0.5];
        double[] all = isRoot ? new double[2 * n] : [];
        world.Gather<double>(mine, all, root);
        double[] back = new double[2];
        world.Scatter<double>(all, back, root);
        Expect.Sequence<double>(mine, back, "equal blocks");

        int[] counts = [.. Enumerable.Range(0, n)];
        int[] block = [.. Enumerable.Repeat(world.Rank, world.Rank)];
        int[] blocks = isRoot ? new int[counts.Sum()] : [];
        world.Gatherv<int>(block, blocks, isRoot ? counts : [], root);
        int[] returned = new int[world.Rank];
        world.Scatterv<int>(blocks, isRoot ? counts : [], returned, root);
        Expect.Sequence<int>(block, returned, "blocks of any lengths");
        int[] everywhere = new int[counts.Sum()];
        world.Allgatherv<int>(block, everywhere, counts);
        Expect.Sequence<int>([.. counts.SelectMany(count => Enumerable.Repeat(count, count))], everywhere, "everywhere");
    }

    public static void Exchanges_of_spans_transpose(Intracommunicator world)
    {
        int[] ranks = [.. Enumerable.Range(0, world.Size)];
        int[] received = new int[2 * world.Size];
        world.Alltoall<int>([.. ranks.SelectMany(to => new[] { world.Rank, to })], received);
        Expect.Sequence<int>([.. ranks.SelectMany(from => new[] { from, world.Rank })], received, "pairs");

        int[] sendCounts = [.. ranks.Select(to => (world.Rank + to) % 2)];
        int[] blocks = [.. ranks.Where(to => (world.Rank + to) % 2 == 1).Select(to => (world.Rank * 10) + to)];
        int[] expected = [.. ranks.Where(from => (from + world.Rank) % 2 == 1).Select(from => (from * 10) + world.Rank)];
        int[] room = new int[expected.Length];
        world.Alltoallv<int>(blocks, sendCounts, room, sendCounts);
        Expect.Sequence<int>(expected, room, "to every other rank");
    }

    public static void Reductions_of_spans_agree_with_those_of_arrays(Intracommunicator world)
    {
        int n = world.Size;
        int r = world.Rank;
        long[] results = new long[2];
        world.Reduce<long>([1, r], results, Operation<long>.Add, 0);
        if (r == 0)
            Expect.Sequence<long>([n, n * (n - 1) / 2], results, "reduce");
        world.Scan<long>([1, r], results, Operation<long>.Add);
        Expect.Sequence<long>([r + 1, r * (r + 1) / 2], results, "scan");
        results = [-1, -1];
        world.ExclusiveScan<long>([1, r], results, Operation<long>.Add);
        Expect.Sequence<long>(r == 0 ? [-1, -1] : [r, r * (r - 1) / 2], results, "exclusive scan");

        int[] block = new int[2];
        world.ReduceScatterBlock<int>([.. Enumerable.Range(0, 2 * n)], block, Operation<int>.Add);
        Expect.Sequence<int>([2 * r * n, ((2 * r) + 1) * n], block, "equal blocks");
        int[] counts = [.. Enumerable.Range(0, n)];
        int[] own = new int[r];
        world.ReduceScatter<int>(new int[counts.Sum()], own, counts, Operation<int>.Max);
        Expect.Sequence<int>(new int[r], own, "blocks of any lengths");
    }

    public static void Empty_spans_are_no_error(Intracommunicator world)
    {
        world.Broadcast(Span<int>.Empty, 0);
        world.Allreduce(ReadOnlySpan<int>.Empty, [], Operation<int>.Add);
        world.Allgather(ReadOnlySpan<int>.Empty, []);
        world.Gatherv(ReadOnlySpan<int>.Empty, [], new int[world.Size], 0);
        world.Alltoall(ReadOnlySpan<int>.Empty, []);
        Expect.Sequence<int>([], world.AllgatherFlattened(Array.Empty<int>(), 0), "empty arrays");
        Expect.Sequence<string>([], world.AllgatherFlattened(Array.Empty<string>(), 0), "empty arrays of words");
    }

    public static void Rooms_that_are_too_short_are_refused_before_MPI_is_called(Intracommunicator world)
    {
        int n = world.Size;
        _ = Expect.Throws<ArgumentException>(() => world.Gather<int>([1, 2], new int[(2 * n) - 1], world.Rank), "gather");
        _ = Expect.Throws<ArgumentException>(() => world.Gatherv<int>([1], new int[n - 1], [.. Enumerable.Repeat(1, n)], world.Rank), "gatherv");
        _ = Expect.Throws<ArgumentException>(() => world.Allgatherv<int>([1, 2], new int[n], [.. Enumerable.Repeat(1, n)]), "allgatherv, own count");
        _ = Expect.Throws<ArgumentException>(() => world.Scatter<int>(new int[n + 1], new int[1], world.Rank), "scatter");
        _ = Expect.Throws<ArgumentException>(() => world.Scatterv<int>(new int[n - 1], [.. Enumerable.Repeat(1, n)], new int[1], world.Rank), "scatterv");
        _ = Expect.Throws<ArgumentException>(() => world.Alltoall<int>(new int[n], new int[n - 1]), "alltoall");
        _ = Expect.Throws<ArgumentException>(() => world.ReduceScatterBlock<int>(new int[n + 1], new int[1], Operation<int>.Add), "reduce-scatter");
        _ = Expect.Throws<ArgumentException>(() => world.Scan<int>(new int[2], new int[1], Operation<int>.Add), "scan");
    }

    public static void Collectives_of_spans_allocate_nothing(Intracommunicator world)
    {
        int n = world.Size;
        double[] mine = new double[4];
        double[] all = new double[4 * n];
        int[] counts = [.. Enumerable.Repeat(4, n)];
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int call = 0; call < 10; call++)
            {
                world.Allgather<double>(mine, all);
                world.Allgatherv<double>(mine, all, counts);
                world.Gather<double>(mine, all, 0);
                world.Scatterv<double>(all, counts, mine, 0);
                world.Reduce<double>(mine, all, Operation<double>.Add, 0);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Expect.Equal(0L, allocated, "bytes allocated after warming up");
    }
}
