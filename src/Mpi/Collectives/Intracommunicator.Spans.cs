using System;

namespace MPI;

/// <summary>Broadcasts, gathers, scatters and exchanges of spans: no copy, no allocation. Blocks stand one behind the other in rank order.</summary>
public partial class Intracommunicator
{
    /// <summary>Copies the root's values to all ranks (MPI_Bcast). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The values at the root, room for them elsewhere; the same length on all ranks.</param>
    /// <param name="root">The root's rank.</param>
    public unsafe void Broadcast<T>(Span<T> values, int root)
        where T : unmanaged
    {
        fixed (T* buffer = values)
            BroadcastRaw(buffer, values.Length, Datatype<T>.Handle, root);
    }

    /// <summary>Gathers as many values from each rank at all ranks, in rank order (MPI_Allgather). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">Room for <see cref="Communicator.Size"/> times as many.</param>
    public unsafe void Allgather<T>(ReadOnlySpan<T> send, Span<T> receive)
        where T : unmanaged
    {
        Blocks.RequireRoom(receive.Length, (long)send.Length * Size, "Allgather", nameof(receive));
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            AllgatherRaw(sendBuffer, send.Length, receiveBuffer, send.Length, Datatype<T>.Handle);
    }

    /// <summary>Gathers the values of each rank at all ranks, in rank order (MPI_Allgatherv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values, as many as its count says.</param>
    /// <param name="receive">Room for as many as the counts add up to.</param>
    /// <param name="counts">How many values each rank brings; the same on all ranks.</param>
    public unsafe void Allgatherv<T>(ReadOnlySpan<T> send, Span<T> receive, ReadOnlySpan<int> counts)
        where T : unmanaged
    {
        Span<int> displacements = Size <= Blocks.MaxOnStack ? stackalloc int[Size] : new int[Size];
        Blocks.RequireRoom(receive.Length, Blocks.Lay(counts, displacements), "Allgatherv", nameof(receive));
        RequireOwnBlock(send.Length, counts);
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
        fixed (int* receiveCounts = counts)
        fixed (int* receiveDisplacements = displacements)
            AllgathervRaw(sendBuffer, send.Length, receiveBuffer, receiveCounts, receiveDisplacements, Datatype<T>.Handle);
    }

    /// <summary>Gathers as many values from each rank at the root, in rank order (MPI_Gather). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values; the same length on all ranks.</param>
    /// <param name="receive">At the root, room for <see cref="Communicator.Size"/> times as many; ignored elsewhere.</param>
    /// <param name="root">The root's rank.</param>
    public unsafe void Gather<T>(ReadOnlySpan<T> send, Span<T> receive, int root)
        where T : unmanaged
    {
        if (Rank == root)
            Blocks.RequireRoom(receive.Length, (long)send.Length * Size, "Gather", nameof(receive));
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            GatherRaw(sendBuffer, send.Length, receiveBuffer, send.Length, Datatype<T>.Handle, root);
    }

    /// <summary>Gathers the values of each rank at the root, in rank order (MPI_Gatherv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's values.</param>
    /// <param name="receive">At the root, room for as many as the counts add up to; ignored elsewhere.</param>
    /// <param name="counts">At the root, how many values each rank brings; ignored elsewhere.</param>
    /// <param name="root">The root's rank.</param>
    public unsafe void Gatherv<T>(ReadOnlySpan<T> send, Span<T> receive, ReadOnlySpan<int> counts, int root)
        where T : unmanaged
    {
        Span<int> displacements = Size <= Blocks.MaxOnStack ? stackalloc int[Size] : new int[Size];
        if (Rank == root)
        {
            Blocks.RequireRoom(receive.Length, Blocks.Lay(counts, displacements), "Gatherv", nameof(receive));
            RequireOwnBlock(send.Length, counts);
        }

        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
        fixed (int* receiveCounts = counts)
        fixed (int* receiveDisplacements = displacements)
            GathervRaw(sendBuffer, send.Length, receiveBuffer, receiveCounts, receiveDisplacements, Datatype<T>.Handle, root);
    }

    /// <summary>Sends as many values to each rank from the root (MPI_Scatter). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">At the root, <see cref="Communicator.Size"/> times the length of <paramref name="receive"/>; ignored elsewhere.</param>
    /// <param name="receive">Room for exactly this rank's block.</param>
    /// <param name="root">The root's rank.</param>
    public unsafe void Scatter<T>(ReadOnlySpan<T> send, Span<T> receive, int root)
        where T : unmanaged
    {
        if (Rank == root && send.Length != (long)receive.Length * Size)
            throw new ArgumentException($"Scatter of blocks of {receive.Length} elements to {Size} ranks takes {(long)receive.Length * Size}; the send span has {send.Length}.", nameof(send));
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            ScatterRaw(sendBuffer, receive.Length, receiveBuffer, receive.Length, Datatype<T>.Handle, root);
    }

    /// <summary>Sends a block of values to each rank from the root (MPI_Scatterv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">At the root, as many values as the counts add up to; ignored elsewhere.</param>
    /// <param name="counts">At the root, the length of each rank's block; ignored elsewhere.</param>
    /// <param name="receive">Room for exactly this rank's block.</param>
    /// <param name="root">The root's rank.</param>
    public unsafe void Scatterv<T>(ReadOnlySpan<T> send, ReadOnlySpan<int> counts, Span<T> receive, int root)
        where T : unmanaged
    {
        Span<int> displacements = Size <= Blocks.MaxOnStack ? stackalloc int[Size] : new int[Size];
        if (Rank == root)
        {
            int total = Blocks.Lay(counts, displacements);
            if (send.Length < total)
                throw new ArgumentException($"The counts add up to {total} elements; the send span has {send.Length}.", nameof(send));
            RequireOwnBlock(receive.Length, counts);
        }

        fixed (T* sendBuffer = send)
        fixed (int* sendCounts = counts)
        fixed (int* sendDisplacements = displacements)
        fixed (T* receiveBuffer = receive)
            ScattervRaw(sendBuffer, sendCounts, sendDisplacements, receiveBuffer, receive.Length, Datatype<T>.Handle, root);
    }

    /// <summary>Sends as many values from each rank to each rank (MPI_Alltoall). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's block for each rank: a multiple of <see cref="Communicator.Size"/>, the same length on all ranks.</param>
    /// <param name="receive">Room for as many values.</param>
    public unsafe void Alltoall<T>(ReadOnlySpan<T> send, Span<T> receive)
        where T : unmanaged
    {
        if (send.Length % Size != 0)
            throw new ArgumentException($"Alltoall cuts the send span into {Size} equal blocks; its length {send.Length} is no multiple of that.", nameof(send));
        Blocks.RequireRoom(receive.Length, send.Length, "Alltoall", nameof(receive));
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            AlltoallRaw(sendBuffer, receiveBuffer, send.Length / Size, Datatype<T>.Handle);
    }

    /// <summary>Sends a block of values from each rank to each rank (MPI_Alltoallv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">This rank's blocks.</param>
    /// <param name="sendCounts">The length of the block for each rank.</param>
    /// <param name="receive">Room for as many values as <paramref name="receiveCounts"/> add up to.</param>
    /// <param name="receiveCounts">The length of the block from each rank: what that rank's send counts say of this one.</param>
    public unsafe void Alltoallv<T>(ReadOnlySpan<T> send, ReadOnlySpan<int> sendCounts, Span<T> receive, ReadOnlySpan<int> receiveCounts)
        where T : unmanaged
    {
        Span<int> sendDisplacements = Size <= Blocks.MaxOnStack ? stackalloc int[Size] : new int[Size];
        Span<int> receiveDisplacements = Size <= Blocks.MaxOnStack ? stackalloc int[Size] : new int[Size];
        int total = Blocks.Lay(sendCounts, sendDisplacements);
        if (send.Length < total)
            throw new ArgumentException($"The send counts add up to {total} elements; the send span has {send.Length}.", nameof(send));
        Blocks.RequireRoom(receive.Length, Blocks.Lay(receiveCounts, receiveDisplacements), "Alltoallv", nameof(receive));
        RequireOwnBlock(sendCounts[Rank], receiveCounts);
        fixed (T* sendBuffer = send)
        fixed (int* toEach = sendCounts)
        fixed (int* sendAt = sendDisplacements)
        fixed (T* receiveBuffer = receive)
        fixed (int* fromEach = receiveCounts)
        fixed (int* receiveAt = receiveDisplacements)
            AlltoallvRaw(sendBuffer, toEach, sendAt, receiveBuffer, fromEach, receiveAt, Datatype<T>.Handle);
    }

    private void RequireOwnBlock(int length, ReadOnlySpan<int> counts)
    {
        if (counts[Rank] != length)
            throw new ArgumentException($"The count of rank {Rank}, this one, is {counts[Rank]}; its block has {length} elements.", nameof(counts));
    }
}
