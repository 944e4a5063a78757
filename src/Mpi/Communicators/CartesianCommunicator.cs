using System;
using System.Collections.Generic;
using MPI.Links;
using MPI.Native;

namespace MPI;

/// <summary>A communicator whose ranks stand in a Cartesian grid (MPI 4.1, section 8.5).</summary>
public sealed partial class CartesianCommunicator : TopologicalCommunicator
{
    private int[]? _dimensions;
    private bool[]? _periodic;

    /// <summary>Lays the ranks of a communicator out in a grid (MPI_Cart_create). Collective over all ranks of the old communicator.</summary>
    /// <param name="oldComm">The communicator to take the ranks from.</param>
    /// <param name="ndims">The number of dimensions.</param>
    /// <param name="dims">The size of the grid in each dimension; their product is at most the size of the old communicator.</param>
    /// <param name="periods">Whether the grid closes to a ring, for each dimension.</param>
    /// <param name="reorder">Whether ranks may be numbered anew to suit the machine.</param>
    /// <remarks>
    /// A rank that a smaller grid leaves out gets an object whose <see cref="IsMember"/> is false: any use of it but Dispose fails.
    /// </remarks>
    public CartesianCommunicator(Intracommunicator oldComm, int ndims, int[] dims, bool[] periods, bool reorder)
        : base(CreateNative(oldComm, ndims, dims, periods, reorder), oldComm.NextDerivedId())
    {
        if (IsMember)
            Open();
        if (CommunicatorRecipe.IsOn)
        {
            (int[] sizes, bool[] rings) = ([.. dims], [.. periods]);
            CommunicatorRecipe.Made(this, oldComm, () => CreateNative(oldComm, ndims, sizes, rings, reorder));
        }
    }

    internal CartesianCommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }

    /// <summary>Whether this process has a place in the grid.</summary>
    public bool IsMember => Handle != Abi.CommNull;

    /// <summary>The size of the grid in each dimension.</summary>
    public int[] Dimensions => [.. Shape().Dimensions];

    /// <summary>Whether the grid closes to a ring, for each dimension.</summary>
    public bool[] Periodic => [.. Shape().Periodic];

    /// <summary>This process's place in the grid.</summary>
    public int[] Coordinates => GetCartesianCoordinates(Rank);

    /// <summary>The number of edges between neighbours in the grid; a periodic dimension has as many as places, also where two places or one make them meet twice.</summary>
    public override int NumEdges
    {
        get
        {
            (int[] dimensions, bool[] periodic) = Shape();
            int edges = 0;
            for (int dimension = 0; dimension < dimensions.Length; dimension++)
                edges = checked(edges + (Size / dimensions[dimension] * (periodic[dimension] ? dimensions[dimension] : dimensions[dimension] - 1)));
            return edges;
        }
    }

    /// <summary>The ranks of this process's neighbours, dimension by dimension, the lower one first; each once.</summary>
    public override int[] Neighbors => NeighborsOf(Rank);

    /// <summary>Sizes of a grid as near to a cube as can be (MPI_Dims_create).</summary>
    /// <param name="nnodes">How many places the grid has.</param>
    /// <param name="ndims">The number of dimensions.</param>
    /// <param name="dims">On entry a fixed size or 0 for each dimension; on return the sizes.</param>
    public static unsafe void ComputeDimensions(int nnodes, int ndims, ref int[] dims)
    {
        RequireDimensions(ndims, dims?.Length ?? 0, nameof(dims));
        fixed (int* pointer = dims)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Dims_create(nnodes, ndims, pointer), "MPI_Dims_create");
    }

    /// <summary>The rank that suits this process best in a grid (MPI_Cart_map). Collective.</summary>
    /// <param name="oldcomm">The communicator to take the ranks from.</param>
    /// <param name="ndims">The number of dimensions.</param>
    /// <param name="dims">The size of the grid in each dimension.</param>
    /// <param name="periods">Whether the grid closes to a ring, for each dimension.</param>
    /// <returns>The rank, or <see cref="Group.NoProcess"/> outside the grid.</returns>
    public static unsafe int Map(Intracommunicator oldcomm, int ndims, int[] dims, bool[] periods)
    {
        ArgumentNullException.ThrowIfNull(oldcomm);
        int[] closed = Flags(ndims, dims, periods);
        int rank = 0;
        fixed (int* sizes = dims)
        fixed (int* rings = closed)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cart_map(oldcomm.Handle, ndims, sizes, rings, &rank), "MPI_Cart_map", oldcomm);
        return rank == Abi.Undefined ? MPI.Group.NoProcess : rank;
    }

    /// <summary>Cuts the grid into grids of fewer dimensions (MPI_Cart_sub). Collective.</summary>
    /// <param name="remain_dims">For each dimension, whether the parts keep it (not 0) or are cut along it (0).</param>
    /// <returns>The part that this process is in.</returns>
    public CartesianCommunicator Subgrid(int[] remain_dims)
    {
        RequireDimensions(Shape().Dimensions.Length, remain_dims?.Length ?? 0, nameof(remain_dims));
        int[] kept = [.. remain_dims!];
        var part = (CartesianCommunicator)Wrap(NativeSubgrid(kept), NextDerivedId())!;
        CommunicatorRecipe.Made(part, this, () => NativeSubgrid(kept));
        return part;
    }

    /// <summary>The rank at a place; coordinates outside a periodic dimension come in again from the other side.</summary>
    /// <param name="coords">The coordinate in each dimension.</param>
    /// <returns>The rank.</returns>
    public unsafe int GetCartesianRank(int[] coords)
    {
        RequireDimensions(Shape().Dimensions.Length, coords?.Length ?? 0, nameof(coords));
        int rank = 0;
        fixed (int* pointer = coords)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cart_rank(Handle, pointer, &rank), "MPI_Cart_rank", this);
        return rank;
    }

    /// <summary>The place of a rank.</summary>
    /// <param name="rank">The rank.</param>
    /// <returns>The coordinate in each dimension.</returns>
    public unsafe int[] GetCartesianCoordinates(int rank)
    {
        int[] coordinates = new int[Shape().Dimensions.Length];
        fixed (int* pointer = coordinates)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cart_coords(Handle, rank, coordinates.Length, pointer), "MPI_Cart_coords", this);
        return coordinates;
    }

    /// <inheritdoc/>
    public override int[] NeighborsOf(int rank)
    {
        (int[] dimensions, bool[] periodic) = Shape();
        int[] place = GetCartesianCoordinates(rank);
        var neighbors = new List<int>();
        for (int dimension = 0; dimension < dimensions.Length; dimension++)
        {
            int here = place[dimension];
            int size = dimensions[dimension];

            // On a ring of two the neighbour on the other side is the same rank, and on a ring of one it is the rank itself: not listed twice.
            bool wraps = periodic[dimension] && size > 2;
            foreach (int step in (ReadOnlySpan<int>)[-1, 1])
            {
                int there = here + step;
                if (!wraps && (there < 0 || there >= size))
                    continue;
                place[dimension] = (there + size) % size;
                neighbors.Add(GetCartesianRank(place));
            }

            place[dimension] = here;
        }

        return [.. neighbors];
    }

    /// <summary>Whom to receive from and to send to when every rank shifts its data along one dimension (MPI_Cart_shift).</summary>
    /// <param name="direction">The dimension, from 0.</param>
    /// <param name="disp">How many places, upwards if positive.</param>
    /// <param name="rank_source">The rank to receive from, or <see cref="Communicator.NullProcess"/> beyond the border.</param>
    /// <param name="rank_dest">The rank to send to, or <see cref="Communicator.NullProcess"/> beyond the border.</param>
    public unsafe void Shift(int direction, int disp, out int rank_source, out int rank_dest)
    {
        int source = 0;
        int dest = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cart_shift(Handle, direction, disp, &source, &dest), "MPI_Cart_shift", this);
        rank_source = source;
        rank_dest = dest;
    }
}
