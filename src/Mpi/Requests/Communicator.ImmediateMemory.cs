using System;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>Non-blocking and synchronous messages from and into memory of the program: no copy. The memory is pinned until the request is complete.</summary>
public abstract partial class Communicator
{
    /// <summary>Starts to send memory (MPI_Isend), which must stay unchanged until the request is complete.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The values.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    /// <returns>The request; it must be completed.</returns>
    public Request ImmediateSend<T>(ReadOnlyMemory<T> values, int dest, int tag)
        where T : unmanaged =>
        SendRequest.Start(this, HeldMemory.Pinned(values), values.Length, Datatype<T>.Handle, dest, tag, values.Length);

    /// <inheritdoc cref="ImmediateSend{T}(ReadOnlyMemory{T}, int, int)"/>
    public Request ImmediateSend<T>(Memory<T> values, int dest, int tag)
        where T : unmanaged => ImmediateSend((ReadOnlyMemory<T>)values, dest, tag);

    /// <summary>Starts to send a buffer (MPI_Isend), which must stay unchanged and undisposed until the request is complete.</summary>
    /// <inheritdoc cref="ImmediateSend{T}(ReadOnlyMemory{T}, int, int)"/>
    public Request ImmediateSend<T>(MpiBuffer<T> values, int dest, int tag)
        where T : unmanaged => ImmediateSend((ReadOnlyMemory<T>)Required(values).Memory, dest, tag);

    /// <summary>Starts to receive into memory (MPI_Irecv), which must be left alone until the request is complete. The message may be shorter.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="values">Room for the message.</param>
    /// <returns>The request; its status has the length.</returns>
    public ReceiveRequest ImmediateReceive<T>(int source, int tag, Memory<T> values)
        where T : unmanaged
    {
        var request = new MemoryReceiveRequest<T>(this, source, tag, values, values);
        request.Post();
        return request;
    }

    /// <summary>Starts to receive into a buffer (MPI_Irecv), which must be left alone and undisposed until the request is complete.</summary>
    /// <inheritdoc cref="ImmediateReceive{T}(int, int, Memory{T})"/>
    public ReceiveRequest ImmediateReceive<T>(int source, int tag, MpiBuffer<T> values)
        where T : unmanaged
    {
        var request = new MemoryReceiveRequest<T>(this, source, tag, Required(values).Memory, values);
        request.Post();
        return request;
    }

    /// <summary>Starts a send that is complete only when the receiver has begun to receive (MPI_Issend).</summary>
    /// <inheritdoc cref="ImmediateSend{T}(ReadOnlyMemory{T}, int, int)"/>
    public Request ImmediateSynchronousSend<T>(ReadOnlyMemory<T> values, int dest, int tag)
        where T : unmanaged =>
        SendRequest.Start(this, HeldMemory.Pinned(values), values.Length, Datatype<T>.Handle, dest, tag, values.Length, isSynchronous: true);

    /// <summary>Starts to send one value; the request is complete only when the receiver has begun to receive (MPI_Issend).</summary>
    /// <inheritdoc cref="ImmediateSend{T}(T, int, int)"/>
    public Request ImmediateSynchronousSend<T>(T value, int dest, int tag) =>
        Datatype<T>.IsDirect
            ? SendRequest.Start(this, HeldMemory.Cell(value), 1, Datatype<T>.Handle, dest, tag, count: 1, isSynchronous: true)
            : StartSerializedSend(value, dest, tag, count: 1, isSynchronous: true);

    /// <summary>Sends a span and returns when the receiver has begun to receive (MPI_Ssend).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The values.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    public unsafe void SynchronousSend<T>(ReadOnlySpan<T> values, int dest, int tag)
        where T : unmanaged
    {
        fixed (T* buffer = values)
            SendRequest.Start(this, HeldMemory.Borrowed(buffer), values.Length, Datatype<T>.Handle, dest, tag, values.Length, isSynchronous: true).Wait();
    }

    /// <summary>Sends a span and receives into the same span (MPI_Sendrecv_replace).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">What is sent, and room for what comes, which may be shorter.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="sendTag">The tag to send under.</param>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="receiveTag">The tag to receive, or <see cref="anyTag"/>.</param>
    /// <returns>Who sent the received message, under which tag, and how many elements came.</returns>
    public unsafe MessageStatus SendReceiveReplace<T>(Span<T> values, int dest, int sendTag, int source, int receiveTag)
        where T : unmanaged
    {
        nint datatype = Datatype<T>.Handle;
        NativeStatus status;
        fixed (T* buffer = values)
        {
            if (CallPath.IsManaged)
            {
                // The library's own call would take its message past those that the binding holds.
                T[] sent = values.ToArray();
                fixed (T* send = sent)
                    SendReceiveRaw(send, sent.Length, dest, sendTag, buffer, values.Length, source, receiveTag, datatype, &status);
                return MessageStatus.From(&status, datatype);
            }

            Traffic?.CountSent(dest);
            int code = NativeMpi.MPI_Sendrecv_replace(buffer, values.Length, datatype, dest, sendTag, source, receiveTag, Handle, &status);
            WrittenRanges.Note(buffer, values.Length, datatype);
            ErrorCheck.ThrowIfFailed(code, "MPI_Sendrecv_replace", this);
            Traffic?.CountReceived(status.Source);
        }

        return MessageStatus.From(&status, datatype);
    }

    private static MpiBuffer<T> Required<T>(MpiBuffer<T> buffer)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer;
    }
}
