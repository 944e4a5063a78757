using System;
using MPI.Native;

namespace MPI;

/// <summary>
/// Collectives that are started now and complete later (MPI 4.1, section 6.12): all ranks start them in the same order, and complete them in any
/// order. The memory is pinned until then, and must be left alone; an <see cref="MpiBuffer{T}"/> is passed by its Memory.
/// </summary>
public partial class Intracommunicator
{
    /// <summary>Starts a barrier (MPI_Ibarrier): complete when all ranks have started it. Collective.</summary>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateBarrier()
    {
        nint handle = 0;
        return new CollectiveRequest(this, "MPI_Ibarrier").Started(NativeMpi.MPI_Ibarrier(Handle, &handle), handle);
    }

    /// <summary>Starts to copy the root's values to all ranks (MPI_Ibcast). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The values at the root, room for them elsewhere; the same length on all ranks.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateBroadcast<T>(Memory<T> values, int root)
        where T : unmanaged
    {
        nint handle = 0;
        var request = new CollectiveRequest(this, "MPI_Ibcast", receive: HeldMemory.Room(values));
        return request.Started(NativeMpi.MPI_Ibcast(request.Receive, values.Length, Datatype<T>.Handle, root, Handle, &handle), handle);
    }

    /// <summary>Starts to gather as many values from each rank at the root, in rank order (MPI_Igather). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">At the root, room for <see cref="Communicator.Size"/> times as many; elsewhere unused.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateGather<T>(ReadOnlyMemory<T> send, Memory<T> receive, int root)
        where T : unmanaged
    {
        if (Rank == root)
            RequireRoom(receive.Length, (long)send.Length * Size, "ImmediateGather");
        nint handle = 0;
        nint datatype = Datatype<T>.Handle;
        var request = new CollectiveRequest(this, "MPI_Igather", HeldMemory.Pinned(send), HeldMemory.Room(receive));
        int code = NativeMpi.MPI_Igather(request.Send, send.Length, datatype, request.Receive, send.Length, datatype, root, Handle, &handle);
        return request.Started(code, handle);
    }

    /// <summary>Starts to deal the root's values out, as many to each rank, in rank order (MPI_Iscatter). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">At the root, <see cref="Communicator.Size"/> times as many values as each rank gets; elsewhere unused.</param>
    /// <param name="receive">Room for this rank's values; the same length on all ranks.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateScatter<T>(ReadOnlyMemory<T> send, Memory<T> receive, int root)
        where T : unmanaged
    {
        if (Rank == root)
            RequireRoom(send.Length, (long)receive.Length * Size, "ImmediateScatter");
        nint handle = 0;
        nint datatype = Datatype<T>.Handle;
        var request = new CollectiveRequest(this, "MPI_Iscatter", HeldMemory.Pinned(send), HeldMemory.Room(receive));
        int code = NativeMpi.MPI_Iscatter(request.Send, receive.Length, datatype, request.Receive, receive.Length, datatype, root, Handle, &handle);
        return request.Started(code, handle);
    }

    /// <summary>Starts to gather as many values from each rank at all ranks, in rank order (MPI_Iallgather). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for <see cref="Communicator.Size"/> times as many.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateAllgather<T>(ReadOnlyMemory<T> send, Memory<T> receive)
        where T : unmanaged
    {
        RequireRoom(receive.Length, (long)send.Length * Size, "ImmediateAllgather");
        nint handle = 0;
        nint datatype = Datatype<T>.Handle;
        var request = new CollectiveRequest(this, "MPI_Iallgather", HeldMemory.Pinned(send), HeldMemory.Room(receive));
        int code = NativeMpi.MPI_Iallgather(request.Send, send.Length, datatype, request.Receive, send.Length, datatype, Handle, &handle);
        return request.Started(code, handle);
    }

    /// <summary>Starts to send the i-th part of each rank's values to rank i (MPI_Ialltoall). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">One part for each rank; the same length on all ranks, a multiple of <see cref="Communicator.Size"/>.</param>
    /// <param name="receive">Room for as many, one part from each rank, in rank order.</param>
    /// <returns>The request; it must be completed.</returns>
    public unsafe Request ImmediateAlltoall<T>(ReadOnlyMemory<T> send, Memory<T> receive)
        where T : unmanaged
    {
        if (send.Length % Size != 0)
            throw new ArgumentException($"ImmediateAlltoall cuts {send.Length} elements into one part for each of {Size} ranks: the length must be a multiple of {Size}.", nameof(send));
        RequireRoom(receive.Length, send.Length, "ImmediateAlltoall");
        nint handle = 0;
        nint datatype = Datatype<T>.Handle;
        int part = send.Length / Size;
        var request = new CollectiveRequest(this, "MPI_Ialltoall", HeldMemory.Pinned(send), HeldMemory.Room(receive));
        int code = NativeMpi.MPI_Ialltoall(request.Send, part, datatype, request.Receive, part, datatype, Handle, &handle);
        return request.Started(code, handle);
    }

    private static void RequireRoom(int length, long needed, string call)
    {
        if (length < needed)
            throw new ArgumentException($"{call} needs {needed} elements there; the memory has {length}.");
    }
}
