using System;
using System.Linq;
using MPI.Native;

namespace MPI;

/// <summary>An ordered set of processes (MPI 4.1, section 7.3). A local object: creating and freeing one involves nobody else.</summary>
public sealed partial class Group : IDisposable, INativeObject
{
    /// <summary>The rank of a process that is not in the group; also the color of ranks that <see cref="Communicator.Split"/> leaves out.</summary>
    public const int NoProcess = -32766;

    private int[] _worldRanks = [];

    private Group(nint handle)
    {
        Handle = handle;
        NativeObjects.Add(this);
    }

    internal nint Handle { get; private set; }

    /// <summary>Takes over a native group; the object frees it when disposed.</summary>
    /// <param name="group">The native handle.</param>
    /// <returns>The object.</returns>
    public static Group Adopt(nint group) => new(group);

    /// <summary>Frees the group.</summary>
    public unsafe void Dispose()
    {
        if (Handle == Abi.Table.GroupNull || Handle == Abi.Table.GroupEmpty || Environment.Finalized)
            return;
        nint handle = Handle;
        Handle = Abi.Table.GroupNull;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_free(&handle), "MPI_Group_free");
    }

    private bool IsPredefined => Handle == Abi.Table.GroupNull || Handle == Abi.Table.GroupEmpty;

    /// <summary>Its processes are known by their ranks in the world, which stay.</summary>
    unsafe void INativeObject.Release()
    {
        if (IsPredefined)
            return;
        nint all = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_group(Communicator.world.Handle, &all), "MPI_Comm_group");
        int[] own = [.. Enumerable.Range(0, Size)];
        _worldRanks = new int[own.Length];
        fixed (int* ranks = own, worldRanks = _worldRanks)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_translate_ranks(Handle, own.Length, ranks, all, worldRanks), "MPI_Group_translate_ranks");
        _ = NativeMpi.MPI_Group_free(&all);
        nint handle = Handle;
        _ = NativeMpi.MPI_Group_free(&handle);
    }

    unsafe void INativeObject.Renew()
    {
        if (IsPredefined)
            return;
        nint all = 0, renewed = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_group(Communicator.world.Handle, &all), "MPI_Comm_group");
        fixed (int* ranks = _worldRanks)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_incl(all, _worldRanks.Length, ranks, &renewed), "MPI_Group_incl");
        _ = NativeMpi.MPI_Group_free(&all);
        Handle = renewed;
    }
}
