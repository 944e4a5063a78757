using System;
using MPI.Native;

namespace MPI;

/// <summary>Reductions that are started now and complete later. An operation of the program's own runs inside later MPI calls of any kind.</summary>
public partial class Intracommunicator
{
    /// <summary>Starts to combine the values of all ranks element by element; every rank gets the result (MPI_Iallreduce). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for as many results; must not overlap <paramref name="send"/>.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateAllreduce<T>(ReadOnlyMemory<T> send, Memory<T> receive, ReductionOperation<T> op)
        where T : unmanaged
    {
        ReductionRequest<T> request = Reduction("MPI_Iallreduce", send, receive, receive.Length, op);
        nint handle = 0;
        int code = NativeMpi.MPI_Iallreduce(request.Send, request.Receive, send.Length, Datatype<T>.Handle, request.Operation, Handle, &handle);
        return request.Started(code, handle);
    }

    /// <summary>Starts to combine the values of all ranks in place (MPI_Iallreduce with MPI_IN_PLACE). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's values, replaced by the result; the same length on all ranks.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateAllreduce<T>(Memory<T> values, ReductionOperation<T> op)
        where T : unmanaged
    {
        ReductionRequest<T> request = Reduction("MPI_Iallreduce", default, values, values.Length, op);
        nint handle = 0;
        int code = NativeMpi.MPI_Iallreduce((void*)Abi.InPlace, request.Receive, values.Length, Datatype<T>.Handle, request.Operation, Handle, &handle);
        return request.Started(code, handle);
    }

    /// <summary>Starts to combine the values of all ranks element by element at the root (MPI_Ireduce). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">At the root, room for as many results; elsewhere unused.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateReduce<T>(ReadOnlyMemory<T> send, Memory<T> receive, ReductionOperation<T> op, int root)
        where T : unmanaged
    {
        ReductionRequest<T> request = Reduction("MPI_Ireduce", send, receive, Rank == root ? receive.Length : send.Length, op);
        nint handle = 0;
        int code = NativeMpi.MPI_Ireduce(request.Send, request.Receive, send.Length, Datatype<T>.Handle, request.Operation, root, Handle, &handle);
        return request.Started(code, handle);
    }

    /// <summary>Starts to combine the values of this rank and all lower ones (MPI_Iscan). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for as many results.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateScan<T>(ReadOnlyMemory<T> send, Memory<T> receive, ReductionOperation<T> op)
        where T : unmanaged
    {
        ReductionRequest<T> request = Reduction("MPI_Iscan", send, receive, receive.Length, op);
        nint handle = 0;
        int code = NativeMpi.MPI_Iscan(request.Send, request.Receive, send.Length, Datatype<T>.Handle, request.Operation, Handle, &handle);
        return request.Started(code, handle);
    }

    /// <summary>Starts to combine the values of all lower ranks (MPI_Iexscan); on rank 0, which has none, the results are left as they are. Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for as many results.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateExclusiveScan<T>(ReadOnlyMemory<T> send, Memory<T> receive, ReductionOperation<T> op)
        where T : unmanaged
    {
        ReductionRequest<T> request = Reduction("MPI_Iexscan", send, receive, receive.Length, op);
        nint handle = 0;
        int code = NativeMpi.MPI_Iexscan(request.Send, request.Receive, send.Length, Datatype<T>.Handle, request.Operation, Handle, &handle);
        return request.Started(code, handle);
    }

    private ReductionRequest<T> Reduction<T>(string call, ReadOnlyMemory<T> send, Memory<T> receive, int room, ReductionOperation<T> op)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(op);
        RequireRoom(room, send.Length, call);
        return new ReductionRequest<T>(this, call, HeldMemory.Pinned(send), HeldMemory.Room(receive), op);
    }
}
