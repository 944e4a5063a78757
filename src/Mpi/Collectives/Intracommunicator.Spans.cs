using System;
using MPI.Native;

namespace MPI;

/// <summary>Collectives from and into spans: no copy, no allocation with predefined operations.</summary>
public partial class Intracommunicator
{
    /// <summary>Combines the values of all ranks element by element; every rank gets the result (MPI_Allreduce). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for as many results; must not overlap <paramref name="send"/>.</param>
    /// <param name="op">The operation.</param>
    public unsafe void Allreduce<T>(ReadOnlySpan<T> send, Span<T> receive, ReductionOperation<T> op)
        where T : unmanaged
    {
        if (receive.Length < send.Length)
            throw new ArgumentException($"Allreduce of {send.Length} elements needs room for as many results; the receive span has {receive.Length}.", nameof(receive));
        Traffic?.CountCollective();
        using var operation = new BoundOperation<T>(op);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
        {
            int code = NativeMpi.MPI_Allreduce(sendBuffer, receiveBuffer, send.Length, Datatype<T>.Handle, operation.Handle, Handle);
            ErrorCheck.ThrowIfFailed(code, "MPI_Allreduce", this);
        }
    }

    /// <summary>Combines the values of all ranks in place (MPI_Allreduce with MPI_IN_PLACE). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's values, replaced by the result; the same length on all ranks.</param>
    /// <param name="op">The operation.</param>
    public unsafe void Allreduce<T>(Span<T> values, ReductionOperation<T> op)
        where T : unmanaged
    {
        Traffic?.CountCollective();
        using var operation = new BoundOperation<T>(op);
        fixed (T* buffer = values)
        {
            int code = NativeMpi.MPI_Allreduce((void*)Abi.InPlace, buffer, values.Length, Datatype<T>.Handle, operation.Handle, Handle);
            ErrorCheck.ThrowIfFailed(code, "MPI_Allreduce", this);
        }
    }

    /// <summary>Copies the root's values to all ranks (MPI_Bcast). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The values at the root, room for them elsewhere; the same length on all ranks.</param>
    /// <param name="root">The root's rank.</param>
    public unsafe void Broadcast<T>(Span<T> values, int root)
        where T : unmanaged
    {
        Traffic?.CountCollective();
        fixed (T* buffer = values)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Bcast(buffer, values.Length, Datatype<T>.Handle, root, Handle), "MPI_Bcast", this);
    }

    /// <summary>Gathers as many values from each rank at all ranks, in rank order (MPI_Allgather). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for <see cref="Communicator.Size"/> times as many.</param>
    public unsafe void Allgather<T>(ReadOnlySpan<T> send, Span<T> receive)
        where T : unmanaged
    {
        if (receive.Length < (long)send.Length * Size)
            throw new ArgumentException($"Allgather of {send.Length} elements from {Size} ranks needs room for {(long)send.Length * Size}; the receive span has {receive.Length}.", nameof(receive));
        Traffic?.CountCollective();
        nint datatype = Datatype<T>.Handle;
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
        {
            int code = NativeMpi.MPI_Allgather(sendBuffer, send.Length, datatype, receiveBuffer, send.Length, datatype, Handle);
            ErrorCheck.ThrowIfFailed(code, "MPI_Allgather", this);
        }
    }
}
