using System;
using MPI.Native;

namespace MPI;

/// <summary>Making the grid, and asking the library for it once.</summary>
public sealed partial class CartesianCommunicator
{
    private static unsafe nint CreateNative(Intracommunicator oldComm, int ndims, int[] dims, bool[] periods, bool reorder)
    {
        ArgumentNullException.ThrowIfNull(oldComm);
        int[] closed = Flags(ndims, dims, periods);
        nint created = 0;
        fixed (int* sizes = dims)
        fixed (int* rings = closed)
        {
            int code = NativeMpi.MPI_Cart_create(oldComm.Handle, ndims, sizes, rings, reorder ? 1 : 0, &created);
            ErrorCheck.ThrowIfFailed(code, "MPI_Cart_create", oldComm);
        }

        return created;
    }

    private unsafe nint NativeSubgrid(int[] kept)
    {
        nint part = 0;
        fixed (int* pointer = kept)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cart_sub(Handle, pointer, &part), "MPI_Cart_sub", this);
        return part;
    }

    private static int[] Flags(int ndims, int[] dims, bool[] periods)
    {
        RequireDimensions(ndims, dims?.Length ?? 0, nameof(dims));
        RequireDimensions(ndims, periods?.Length ?? 0, nameof(periods));
        return Array.ConvertAll(periods!, closes => closes ? 1 : 0);
    }

    private static void RequireDimensions(int ndims, int length, string parameter)
    {
        if (length < ndims)
            throw new ArgumentException($"A grid of {ndims} dimensions needs an entry for each; the array has {length}.", parameter);
    }

    private unsafe (int[] Dimensions, bool[] Periodic) Shape()
    {
        if (_dimensions is not null && _periodic is not null)
            return (_dimensions, _periodic);
        if (!IsMember)
            throw new InvalidOperationException("This process has no place in the grid: the grid is smaller than the communicator that it was made from.");

        int count = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cartdim_get(Handle, &count), "MPI_Cartdim_get", this);
        int[] dimensions = new int[count];
        int[] closed = new int[count];
        int[] place = new int[count];
        fixed (int* sizes = dimensions)
        fixed (int* rings = closed)
        fixed (int* coordinates = place)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cart_get(Handle, count, sizes, rings, coordinates), "MPI_Cart_get", this);
        _dimensions = dimensions;
        _periodic = Array.ConvertAll(closed, flag => flag != 0);
        return (_dimensions, _periodic);
    }
}
