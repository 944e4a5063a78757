using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Grids and graphs of ranks.</summary>
public static class TopologyCases
{
    public static void Dimensions_are_computed_around_those_that_are_fixed(Intracommunicator world)
    {
        int[] dimensions = [0, world.Size];
        CartesianCommunicator.ComputeDimensions(3 * world.Size, 2, ref dimensions);
        Expect.Sequence([3, world.Size], dimensions.AsSpan(), "dimensions");
    }

    public static void A_grid_knows_places_ranks_and_neighbours(Intracommunicator world)
    {
        int[] dimensions = [0, 0];
        CartesianCommunicator.ComputeDimensions(world.Size, 2, ref dimensions);
        using var grid = new CartesianCommunicator(world, 2, dimensions, [false, true], reorder: false);
        Expect.Sequence<int>(dimensions, grid.Dimensions, "dimensions");
        Expect.Sequence([false, true], grid.Periodic.AsSpan(), "periodicity");
        Expect.Equal(grid.Rank, grid.GetCartesianRank(grid.Coordinates), "there and back");
        Expect.Equal(grid.Rank, (grid.Coordinates[0] * dimensions[1]) + grid.Coordinates[1], "row-major order");
        Expect.Equal(((dimensions[0] - 1) * dimensions[1]) + (dimensions[0] * dimensions[1]), grid.NumEdges, "edges");
        foreach (int neighbor in grid.Neighbors)
            Expect.True(Array.IndexOf(grid.NeighborsOf(neighbor), grid.Rank) >= 0, $"{neighbor} knows this rank as a neighbour");
    }

    public static void A_shift_brings_values_from_below_and_nothing_over_the_border(Intracommunicator world)
    {
        using var line = new CartesianCommunicator(world, 1, [world.Size], [false], reorder: false);
        line.Shift(0, 1, out int source, out int dest);
        int[] received = [-1];
        line.Sendrecv<int>([line.Rank], dest, 0, received, source, 0);
        Expect.Equal(line.Rank - 1, received[0], "the neighbour's rank, or what was there at the border");
    }

    public static void Subgrids_are_the_rows_of_a_grid(Intracommunicator world)
    {
        int[] dimensions = [0, 0];
        CartesianCommunicator.ComputeDimensions(world.Size, 2, ref dimensions);
        using var grid = new CartesianCommunicator(world, 2, dimensions, [true, true], reorder: false);
        using CartesianCommunicator row = grid.Subgrid([0, 1]);
        Expect.Equal((dimensions[1], grid.Coordinates[1]), (row.Size, row.Rank), "size and rank in the row");
        Expect.Equal(1, row.Dimensions.Length, "dimensions");
    }

    public static void A_clone_of_a_grid_is_a_grid(Intracommunicator world)
    {
        using var ring = new CartesianCommunicator(world, 1, [world.Size], [true], reorder: false);
        using var clone = (CartesianCommunicator)ring.Clone();
        Expect.Sequence([true], clone.Periodic.AsSpan(), "periodicity");
    }

    [Ranks(Min = 2)]
    public static void A_smaller_grid_leaves_ranks_out(Intracommunicator world)
    {
        using var grid = new CartesianCommunicator(world, 1, [world.Size - 1], [false], reorder: false);
        Expect.Equal(world.Rank < world.Size - 1, grid.IsMember, "the last rank has no place");
        if (!grid.IsMember)
            Expect.Throws<InvalidOperationException>(() => _ = grid.Dimensions, "use of the grid");

        // The ranks that were left out still agree on the ids of what comes after.
        using var after = (Intracommunicator)world.Clone();
        ulong[] ids = after.Allgather(after.AgreedId);
        Expect.True(Array.TrueForAll(ids, id => id == after.AgreedId), "the next communicator's id");
    }

    public static void A_graph_knows_its_edges(Intracommunicator world)
    {
        int[][] edges = new int[world.Size][];
        for (int rank = 0; rank < world.Size; rank++)
            edges[rank] = [(rank + 1) % world.Size, (rank + world.Size - 1) % world.Size];
        using var graph = new GraphCommunicator(world, edges, reorder: false);
        Expect.Equal(2 * world.Size, graph.NumEdges, "edges");
        for (int rank = 0; rank < world.Size; rank++)
            Expect.Sequence<int>(edges[rank], graph.Edges[rank], $"neighbours of {rank}");
        Expect.Sequence<int>(edges[world.Rank], graph.Neighbors, "own neighbours");
        using var clone = (GraphCommunicator)graph.Clone();
        Expect.Equal(graph.NumEdges, clone.NumEdges, "edges of a clone");
    }

    public static void Mapping_gives_every_rank_a_place_or_none(Intracommunicator world)
    {
        int inGrid = CartesianCommunicator.Map(world, 1, [world.Size], [false]);
        int[][] edges = new int[world.Size][];
        Array.Fill(edges, []);
        int inGraph = GraphCommunicator.Map(world, edges);
        Expect.True(inGrid >= 0 && inGrid < world.Size, "a place in a grid of all");
        Expect.True(inGraph >= 0 && inGraph < world.Size, "a place in a graph without edges");
    }

    public static void Too_short_arrays_are_refused(Intracommunicator world)
    {
        Expect.Throws<ArgumentException>(() => new CartesianCommunicator(world, 2, [world.Size], [true, true], reorder: false).Dispose(), "sizes");
        Expect.Throws<ArgumentException>(() => CartesianCommunicator.Map(world, 2, [1, 1], [true]), "periods");
    }
}
