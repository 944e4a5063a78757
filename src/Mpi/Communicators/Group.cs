using System;
using MPI.Native;

namespace MPI;

/// <summary>An ordered set of processes (MPI 4.1, section 7.3). A local object: creating and freeing one involves nobody else.</summary>
public sealed partial class Group : IDisposable
{
    /// <summary>The rank of a process that is not in the group; also the color of ranks that <see cref="Communicator.Split"/> leaves out.</summary>
    public const int NoProcess = -32766;

    private Group(nint handle) => Handle = handle;

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
}
