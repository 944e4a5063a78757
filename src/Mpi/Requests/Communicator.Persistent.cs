using System;

namespace MPI;

/// <summary>Messages that are described once and started many times.</summary>
public abstract partial class Communicator
{
    /// <summary>Describes a send (MPI_Send_init). Every start sends what the memory holds then; it must stay unchanged until that start is complete.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The memory, pinned until the request is disposed of.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    /// <returns>The request, not started.</returns>
    public PersistentRequest PersistentSend<T>(ReadOnlyMemory<T> values, int dest, int tag)
        where T : unmanaged =>
        MPI.PersistentSend.Create(this, HeldMemory.Pinned(values), values.Length, Datatype<T>.Handle, dest, tag, isSynchronous: false);

    /// <inheritdoc cref="PersistentSend{T}(ReadOnlyMemory{T}, int, int)"/>
    public PersistentRequest PersistentSend<T>(T[] values, int dest, int tag)
        where T : unmanaged => PersistentSend((ReadOnlyMemory<T>)values, dest, tag);

    /// <inheritdoc cref="PersistentSend{T}(ReadOnlyMemory{T}, int, int)"/>
    public PersistentRequest PersistentSend<T>(MpiBuffer<T> values, int dest, int tag)
        where T : unmanaged => PersistentSend((ReadOnlyMemory<T>)Required(values).Memory, dest, tag);

    /// <summary>Describes a send whose starts are complete only when the receiver has begun to receive (MPI_Ssend_init).</summary>
    /// <inheritdoc cref="PersistentSend{T}(ReadOnlyMemory{T}, int, int)"/>
    public PersistentRequest PersistentSynchronousSend<T>(ReadOnlyMemory<T> values, int dest, int tag)
        where T : unmanaged =>
        MPI.PersistentSend.Create(this, HeldMemory.Pinned(values), values.Length, Datatype<T>.Handle, dest, tag, isSynchronous: true);

    /// <summary>Describes a receive (MPI_Recv_init). The memory must be left alone from every start to its completion.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="values">Room for the message, pinned until the request is disposed of.</param>
    /// <returns>The request, not started.</returns>
    public PersistentRequest PersistentReceive<T>(int source, int tag, Memory<T> values)
        where T : unmanaged =>
        MPI.PersistentReceive.Create(this, HeldMemory.Room(values), values.Length, Datatype<T>.Handle, source, tag);

    /// <inheritdoc cref="PersistentReceive{T}(int, int, Memory{T})"/>
    public PersistentRequest PersistentReceive<T>(int source, int tag, T[] values)
        where T : unmanaged => PersistentReceive(source, tag, (Memory<T>)values);

    /// <inheritdoc cref="PersistentReceive{T}(int, int, Memory{T})"/>
    public PersistentRequest PersistentReceive<T>(int source, int tag, MpiBuffer<T> values)
        where T : unmanaged => PersistentReceive(source, tag, Required(values).Memory);
}
