using System;
using System.Linq;
using MPI.Links;
using MPI.Native;

namespace MPI;

/// <summary>A communicator whose ranks stand in a graph of neighbours (MPI 4.1, section 8.5).</summary>
public sealed partial class GraphCommunicator : TopologicalCommunicator
{
    /// <summary>Lays the ranks of a communicator out in a graph (MPI_Graph_create). Collective over all ranks of the old communicator.</summary>
    /// <param name="oldComm">The communicator to take the ranks from.</param>
    /// <param name="edges">For each rank of the graph, the ranks of its neighbours; the same on all ranks.</param>
    /// <param name="reorder">Whether ranks may be numbered anew to suit the machine.</param>
    /// <remarks>
    /// A rank that a smaller graph leaves out gets an object whose <see cref="IsMember"/> is false: any use of it but Dispose fails.
    /// </remarks>
    public GraphCommunicator(Intracommunicator oldComm, int[][] edges, bool reorder)
        : base(CreateNative(oldComm, edges, reorder), oldComm.NextDerivedId())
    {
        if (IsMember)
            Open();
        if (CommunicatorRecipe.IsOn)
        {
            int[][] known = [.. edges.Select(static ends => (int[])[.. ends])];
            CommunicatorRecipe.Made(this, oldComm, () => CreateNative(oldComm, known, reorder));
        }
    }

    internal GraphCommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }

    /// <summary>Whether this process has a place in the graph.</summary>
    public bool IsMember => Handle != Abi.CommNull;

    /// <summary>For each rank, the ranks of its neighbours.</summary>
    public int[][] Edges
    {
        get
        {
            int[][] edges = new int[Size][];
            for (int rank = 0; rank < edges.Length; rank++)
                edges[rank] = NeighborsOf(rank);
            return edges;
        }
    }

    /// <summary>The number of edges, each counted at both of its ends that name it.</summary>
    public override unsafe int NumEdges
    {
        get
        {
            int nodes = 0;
            int edges = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Graphdims_get(Handle, &nodes, &edges), "MPI_Graphdims_get", this);
            return edges;
        }
    }

    /// <inheritdoc/>
    public override int[] Neighbors => NeighborsOf(Rank);

    /// <summary>The rank that suits this process best in a graph (MPI_Graph_map). Collective.</summary>
    /// <param name="oldcomm">The communicator to take the ranks from.</param>
    /// <param name="edges">For each rank of the graph, the ranks of its neighbours.</param>
    /// <returns>The rank, or <see cref="Group.NoProcess"/> outside the graph.</returns>
    public static unsafe int Map(Intracommunicator oldcomm, int[][] edges)
    {
        ArgumentNullException.ThrowIfNull(oldcomm);
        (int[] ends, int[] flat) = Flatten(edges);
        int rank = 0;
        fixed (int* index = ends)
        fixed (int* neighbors = flat)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Graph_map(oldcomm.Handle, ends.Length, index, neighbors, &rank), "MPI_Graph_map", oldcomm);
        return rank == Abi.Undefined ? MPI.Group.NoProcess : rank;
    }

    /// <inheritdoc/>
    public override unsafe int[] NeighborsOf(int rank)
    {
        int count = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Graph_neighbors_count(Handle, rank, &count), "MPI_Graph_neighbors_count", this);
        int[] neighbors = new int[count];
        fixed (int* pointer = neighbors)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Graph_neighbors(Handle, rank, count, pointer), "MPI_Graph_neighbors", this);
        return neighbors;
    }

    private static unsafe nint CreateNative(Intracommunicator oldComm, int[][] edges, bool reorder)
    {
        ArgumentNullException.ThrowIfNull(oldComm);
        (int[] ends, int[] flat) = Flatten(edges);
        nint created = 0;
        fixed (int* index = ends)
        fixed (int* neighbors = flat)
        {
            int code = NativeMpi.MPI_Graph_create(oldComm.Handle, ends.Length, index, neighbors, reorder ? 1 : 0, &created);
            ErrorCheck.ThrowIfFailed(code, "MPI_Graph_create", oldComm);
        }

        return created;
    }

    /// <summary>MPI's form of a graph: all neighbours in a row, and for each rank where its neighbours end.</summary>
    private static (int[] Ends, int[] Neighbors) Flatten(int[][] edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        int[] ends = new int[edges.Length];
        int end = 0;
        for (int rank = 0; rank < edges.Length; rank++)
            ends[rank] = end += edges[rank].Length;

        // Both libraries refuse a null pointer, which is what an empty array is pinned to: a graph without edges gets an unused place.
        int[] flat = new int[Math.Max(end, 1)];
        for (int rank = 0; rank < edges.Length; rank++)
            edges[rank].CopyTo(flat, ends[rank] - edges[rank].Length);
        return (ends, flat);
    }
}
