using System;
using System.Runtime.CompilerServices;
using MPI.Native;

namespace MPI;

/// <summary>Reductions and scans of spans: no copy, and with predefined operations no allocation.</summary>
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
        Blocks.RequireRoom(receive.Length, send.Length, "Allreduce", nameof(receive));
        using var operation = new BoundOperation<T>(op);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            AllreduceRaw(sendBuffer, receiveBuffer, send.Length, Datatype<T>.Handle, operation.Handle);
    }

    /// <summary>Combines the values of all ranks in place (MPI_Allreduce with MPI_IN_PLACE). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's values, replaced by the result; the same length on all ranks.</param>
    /// <param name="op">The operation.</param>
    /// <remarks>Comes after the form for arrays, so that a collection expression is an array whose result is returned, not a span whose result is lost.</remarks>
    [OverloadResolutionPriority(-1)]
    public unsafe void Allreduce<T>(Span<T> values, ReductionOperation<T> op)
        where T : unmanaged
    {
        using var operation = new BoundOperation<T>(op);
        fixed (T* buffer = values)
            AllreduceRaw((void*)Abi.InPlace, buffer, values.Length, Datatype<T>.Handle, operation.Handle);
    }

    /// <summary>Combines the values of all ranks element by element at the root (MPI_Reduce). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">At the root, room for as many results that does not overlap <paramref name="send"/>; ignored elsewhere.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root">The root's rank.</param>
    public unsafe void Reduce<T>(ReadOnlySpan<T> send, Span<T> receive, ReductionOperation<T> op, int root)
        where T : unmanaged
    {
        if (Rank == root)
            Blocks.RequireRoom(receive.Length, send.Length, "Reduce", nameof(receive));
        using var operation = new BoundOperation<T>(op);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            ReduceRaw(sendBuffer, receiveBuffer, send.Length, Datatype<T>.Handle, operation.Handle, root);
    }

    /// <summary>Combines the values of all ranks and leaves each rank its block of the result (MPI_Reduce_scatter). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values, as many as the counts add up to.</param>
    /// <param name="receive">Room for this rank's block; must not overlap <paramref name="send"/>.</param>
    /// <param name="counts">The length of each rank's block; the same on all ranks.</param>
    /// <param name="op">The operation.</param>
    public unsafe void ReduceScatter<T>(ReadOnlySpan<T> send, Span<T> receive, ReadOnlySpan<int> counts, ReductionOperation<T> op)
        where T : unmanaged
    {
        Span<int> displacements = Size <= Blocks.MaxOnStack ? stackalloc int[Size] : new int[Size];
        int total = Blocks.Lay(counts, displacements);
        if (send.Length != total)
            throw new ArgumentException($"The counts add up to {total} elements; every rank must bring as many, this one brings {send.Length}.", nameof(send));
        Blocks.RequireRoom(receive.Length, counts[Rank], "ReduceScatter", nameof(receive));
        using var operation = new BoundOperation<T>(op);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
        fixed (int* eachCount = counts)
            ReduceScatterRaw(sendBuffer, receiveBuffer, eachCount, Datatype<T>.Handle, operation.Handle);
    }

    /// <summary>Combines the values of all ranks and leaves each rank a block of equal length (MPI_Reduce_scatter_block). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values: <see cref="Communicator.Size"/> times the length of <paramref name="receive"/>.</param>
    /// <param name="receive">Room for exactly this rank's block; must not overlap <paramref name="send"/>.</param>
    /// <param name="op">The operation.</param>
    public unsafe void ReduceScatterBlock<T>(ReadOnlySpan<T> send, Span<T> receive, ReductionOperation<T> op)
        where T : unmanaged
    {
        if (send.Length != (long)receive.Length * Size)
            throw new ArgumentException($"ReduceScatterBlock of blocks of {receive.Length} elements for {Size} ranks takes {(long)receive.Length * Size}; the send span has {send.Length}.", nameof(send));
        using var operation = new BoundOperation<T>(op);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            ReduceScatterBlockRaw(sendBuffer, receiveBuffer, receive.Length, Datatype<T>.Handle, operation.Handle);
    }

    /// <summary>Combines the values of ranks 0 to this one element by element (MPI_Scan). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for as many results; must not overlap <paramref name="send"/>.</param>
    /// <param name="op">The operation.</param>
    public unsafe void Scan<T>(ReadOnlySpan<T> send, Span<T> receive, ReductionOperation<T> op)
        where T : unmanaged
    {
        Blocks.RequireRoom(receive.Length, send.Length, "Scan", nameof(receive));
        using var operation = new BoundOperation<T>(op);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            ScanRaw(sendBuffer, receiveBuffer, send.Length, Datatype<T>.Handle, operation.Handle);
    }

    /// <summary>Combines the values of the ranks before this one element by element (MPI_Exscan). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for as many results, left as it is on rank 0; must not overlap <paramref name="send"/>.</param>
    /// <param name="op">The operation.</param>
    public unsafe void ExclusiveScan<T>(ReadOnlySpan<T> send, Span<T> receive, ReductionOperation<T> op)
        where T : unmanaged
    {
        Blocks.RequireRoom(receive.Length, send.Length, "ExclusiveScan", nameof(receive));
        using var operation = new BoundOperation<T>(op);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            ExclusiveScanRaw(sendBuffer, receiveBuffer, send.Length, Datatype<T>.Handle, operation.Handle);
    }
}
