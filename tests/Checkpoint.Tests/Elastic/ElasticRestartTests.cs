using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Elastic;

/// <summary>A global array whose every element is known, restored on other numbers of ranks and other splits.</summary>
internal sealed class ElasticRestartTests
{
    private static readonly long[] Plate = [23, 17];

    [Test]
    public void Four_two_three_one_and_four_ranks_go_on_from_one_another_with_every_value_right()
    {
        var disk = new MemoryDisk();
        int[] chain = [4, 2, 3, 1, 4, 16, 64, 4];
        for (int link = 0; link < chain.Length; link++)
        {
            int before = link;
            Job.Returned(chain[link], group =>
            {
                CheckpointStore store = Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group);
                var part = new Part(Grid(group.Size, group.Rank));
                RestoreReport report = store.Restore([part.Region]);
                if (report.Step != before) throw new InvalidOperationException($"restored step {report.Step} instead of {before}");
                if (before > 0) part.Check(before);
                part.Fill(before + 1);
                return store.Save(before + 1, [part.Region]).IsCommitted;
            });
        }
    }

    [Test]
    public void The_rim_beyond_the_array_comes_from_the_rank_at_that_edge()
    {
        var disk = new MemoryDisk();
        Save(disk, 3, group => new Part(Grid(3, group.Rank)), step: 5);
        Job.Returned(2, group =>
        {
            var part = new Part(Grid(2, group.Rank));
            Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Restore([part.Region]);
            part.Check(5);
            return true;
        });
    }

    [Test]
    public void Blocks_cyclic_blocks_and_index_lists_restore_into_one_another()
    {
        Func<int, int, RegionDecomposition>[] splits =
        [
            static (size, rank) => RegionDecomposition.Block([120], [rank * 120 / size], [((rank + 1) * 120 / size) - (rank * 120 / size)], [0]),
            static (size, rank) => RegionDecomposition.BlockCyclic([120], [7], [size], [rank]),
            static (size, rank) => RegionDecomposition.IndexList(120, Enumerable.Range(0, 120).Where(i => i * 31 % size == rank).Select(static i => (long)(i * 49 % 120))),
        ];
        foreach (var from in splits)
        {
            foreach (var to in splits)
            {
                var disk = new MemoryDisk();
                Job.Returned(4, group =>
                {
                    var line = new Line(from(4, group.Rank));
                    line.Fill();
                    return Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Save(1, [line.Region]).IsCommitted;
                });
                Assert.That(Job.Returned(3, group =>
                {
                    var line = new Line(to(3, group.Rank));
                    Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Restore([line.Region]);
                    return line.IsRight();
                }), Is.All.True);
            }
        }
    }

    [Test]
    public void A_two_dimensional_cyclic_array_restores_on_another_grid()
    {
        var disk = new MemoryDisk();
        RegionDecomposition Of(int rows, int columns, int rank) => RegionDecomposition.BlockCyclic([20, 30], [3, 4], [rows, columns], [rank / columns, rank % columns]);
        Job.Returned(6, group =>
        {
            var line = new Line(Of(2, 3, group.Rank));
            line.Fill();
            return Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Save(1, [line.Region]).IsCommitted;
        });
        Assert.That(Job.Returned(4, group =>
        {
            var line = new Line(Of(4, 1, group.Rank));
            Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Restore([line.Region]);
            return line.IsRight();
        }), Is.All.True);
    }

    [Test]
    public void Another_split_over_the_same_number_of_ranks_is_no_obstacle()
    {
        var disk = new MemoryDisk();
        Save(disk, 2, static group => new Part(RegionDecomposition.Block(Plate, [group.Rank * 12, 0], [group.Rank == 0 ? 12 : 11, 17], [1, 1])), step: 3);
        Job.Returned(2, group =>
        {
            var part = new Part(RegionDecomposition.Block(Plate, [0, group.Rank * 8], [23, group.Rank == 0 ? 8 : 9], [1, 1]));
            Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Restore([part.Region]);
            part.Check(3);
            return true;
        });
    }

    [Test]
    public void A_region_without_a_decomposition_that_differs_from_rank_to_rank_is_refused_by_name()
    {
        var places = new Places(3, isShared: true);
        places.Commit(1);
        Job.Ended<RestoreReport>[] ended = Job.Run(2, group => Rank.Open(places.Directory(0), group).Restore(new Rank(group.Rank).Regions));
        Assert.That(ended.Select(static e => e.Failure), Is.All.TypeOf<CheckpointMismatchException>());
        Assert.That(ended[0].Failure!.Message, Does.Contain("3 ranks").And.Contain("'plate'").And.Contain("decomposition"));
    }

    [Test]
    public void A_region_that_is_equal_on_all_ranks_needs_no_decomposition()
    {
        var disk = new MemoryDisk();
        Job.Returned(3, group =>
        {
            long[] shared = [42, 43];
            return Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Save(1, [new MemoryRegion<long>("shared", () => shared)]).IsCommitted;
        });
        Assert.That(Job.Returned(5, group =>
        {
            long[] shared = new long[2];
            Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Restore([new MemoryRegion<long>("shared", () => shared)]);
            return shared[0] == 42 && shared[1] == 43;
        }), Is.All.True);
    }

    [Test]
    public void Shards_in_the_memory_of_other_nodes_are_read_over_the_ranks_own_connections_and_unreachable_ones_are_named()
    {
        using var nodes = new Nodes(3);
        Nodes.Returned(nodes.Start((store, rank) =>
        {
            var part = new Part(Grid(3, rank.Number));
            part.Fill(2);
            return store.AwaitCommit(store.Stage(2, [part.Region]).Version).IsCommitted;
        }));
        Job.Ended<RestoreReport>[] fewer = Elastically(nodes, 2);
        Assert.That(fewer.Select(static e => e.Failure), Is.All.TypeOf<NoCheckpointVerifiesException>());
        Assert.That(fewer[0].Failure!.Message, Does.Contain("the shard of rank 2 is in no place"));
        Assert.That(Nodes.Returned(Elastically(nodes, 4))[0].Step, Is.EqualTo(2));
    }

    private static Job.Ended<RestoreReport>[] Elastically(Nodes nodes, int ranks) => Job.Run(ranks, group =>
    {
        using StagedStore store = StagedStore.Open(new MemoryDirectory(nodes.Node(group.Rank)), [], group, nodes.Options, Guid.NewGuid, TimeProvider.System);
        var part = new Part(Grid(ranks, group.Rank));
        RestoreReport report = store.Restore([part.Region]);
        part.Check(2);
        return report;
    });

    private static void Save(MemoryDisk disk, int ranks, Func<ICheckpointGroup, Part> make, long step) => Job.Returned(ranks, group =>
    {
        Part part = make(group);
        part.Fill(step);
        return Rank.Open(new FaultyDirectory(disk, new FaultPlan()), group).Save(step, [part.Region]).IsCommitted;
    });

    /// <summary>A grid of ranks as square as can be.</summary>
    private static RegionDecomposition Grid(int size, int rank)
    {
        int rows = Enumerable.Range(1, size).Last(r => size % r == 0 && r * r <= size);
        int columns = size / rows;
        (int row, int column) = (rank / columns, rank % columns);
        long top = Plate[0] * row / rows;
        long left = Plate[1] * column / columns;
        return RegionDecomposition.Block(Plate, [top, left], [(Plate[0] * (row + 1) / rows) - top, (Plate[1] * (column + 1) / columns) - left], [1, 2]);
    }

    /// <summary>A box of the plate with its halo, which is right beyond the plate's edges too.</summary>
    private sealed class Part
    {
        private readonly RegionDecomposition _part;
        private readonly double[] _memory;

        public Part(RegionDecomposition part)
        {
            _part = part;
            _memory = new double[part.MemoryShape().Aggregate(1L, static (a, b) => a * b)];
            Region = new MemoryRegion<double>("plate", part, () => _memory);
        }

        public MemoryRegion<double> Region { get; }

        public void Fill(long step)
        {
            foreach ((int at, double value) in Values(step)) _memory[at] = value;
        }

        public void Check(long step)
        {
            foreach ((int at, double value) in Values(step))
            {
                if (_memory[at] != value) throw new InvalidOperationException($"element {at} is {_memory[at]} instead of {value}");
            }
        }

        private IEnumerable<(int At, double Value)> Values(long step)
        {
            IReadOnlyList<long> shape = _part.MemoryShape();
            for (int row = 0; row < shape[0]; row++)
            {
                for (int column = 0; column < shape[1]; column++)
                    yield return ((row * (int)shape[1]) + column, (step * 1e6) + ((row + _part.First[0] - _part.Third[0]) * 1e3) + column + _part.First[1] - _part.Third[1]);
            }
        }
    }

    /// <summary>A part of a line (or of a plate in row-major order) without a halo.</summary>
    private sealed class Line
    {
        private readonly long[] _expected;
        private readonly long[] _memory;

        public Line(RegionDecomposition part)
        {
            _memory = new long[part.MemoryShape().Aggregate(1L, static (a, b) => a * b)];
            _expected = new long[_memory.Length];
            int next = 0;
            foreach (long global in Numbers(part)) _expected[next++] = global;
            Region = new MemoryRegion<long>("line", part, () => _memory);
        }

        public MemoryRegion<long> Region { get; }

        public void Fill() => _expected.CopyTo(_memory, 0);

        public bool IsRight() => _memory.AsSpan().SequenceEqual(_expected);

        /// <summary>By the definitions, element by element, and not by the code under test.</summary>
        private static IEnumerable<long> Numbers(RegionDecomposition part) => part.Kind switch
        {
            DecompositionKind.Block => Enumerable.Range(0, (int)part.Second[0]).Select(i => part.First[0] + i),
            DecompositionKind.IndexList => part.First.SelectMany((first, run) => Enumerable.Range(0, (int)part.Second[run]).Select(i => first + i)),
            _ => Cyclic(part),
        };

        private static IEnumerable<long> Cyclic(RegionDecomposition part)
        {
            int[][] owned = [.. part.GlobalShape.Select((extent, d) => Enumerable.Range(0, (int)extent).Where(i => i / part.First[d] % part.Second[d] == part.Third[d]).ToArray())];
            return owned.Length == 1
                ? owned[0].Select(static i => (long)i)
                : owned[0].SelectMany(row => owned[1].Select(column => (row * part.GlobalShape[1]) + column));
        }
    }
}
