using System;
using MPI.Native;

namespace MPI;

/// <summary>Non-blocking messages: values and arrays of any type, as in MPI.NET.</summary>
public abstract partial class Communicator
{
    /// <summary>The receives that the binding matches itself; null until there is one.</summary>
    internal PostedReceives? Posted { get; private set; }

    /// <summary>Starts to send one value (MPI_Isend). The value is copied or serialized before this returns.</summary>
    /// <typeparam name="T">Any type: values without references travel as their bytes, others are serialized.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    /// <returns>The request; it must be completed.</returns>
    public Request ImmediateSend<T>(T value, int dest, int tag) =>
        Datatype<T>.IsDirect
            ? SendRequest.Start(this, HeldMemory.Cell(value), 1, Datatype<T>.Handle, dest, tag, count: 1)
            : StartSerializedSend(value, dest, tag, count: 1);

    /// <summary>Starts to send an array (MPI_Isend). An array of values without references must stay unchanged until the request is complete.</summary>
    /// <typeparam name="T">Any type: values without references travel as their bytes, others are serialized.</typeparam>
    /// <param name="values">The values.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    /// <returns>The request; it must be completed.</returns>
    public Request ImmediateSend<T>(T[] values, int dest, int tag)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Datatype<T>.IsDirect
            ? SendRequest.Start(this, HeldMemory.Pinned<T>(values), values.Length, Datatype<T>.Handle, dest, tag, values.Length)
            : StartSerializedSend(values, dest, tag, values.Length);
    }

    /// <summary>Starts to receive one value.</summary>
    /// <typeparam name="T">The type that was sent.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <returns>The request; <see cref="ReceiveRequest.GetValue"/> gives the value.</returns>
    public ReceiveRequest ImmediateReceive<T>(int source, int tag) => StartValueReceive<T>(source, tag, null);

    /// <summary>Starts to receive one value, and hands it to a delegate when a Wait or Test completes the request.</summary>
    /// <typeparam name="T">The type that was sent.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="action">Called once with the value, on the thread that completes the request; not called when the receive is cancelled.</param>
    /// <returns>The request.</returns>
    public ReceiveRequest ImmediateReceive<T>(int source, int tag, Action<T> action) => StartValueReceive(source, tag, action);

    /// <summary>Starts to receive into an array, which must be left alone until the request is complete. The message may be shorter.</summary>
    /// <typeparam name="T">The element type that was sent.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="values">Room for the message; its length is in the status. A longer message is reported as <see cref="MessageTruncatedException"/>.</param>
    /// <returns>The request; <see cref="ReceiveRequest.GetValue"/> gives the array.</returns>
    public ReceiveRequest ImmediateReceive<T>(int source, int tag, T[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (Datatype<T>.IsDirect)
        {
            var request = new MemoryReceiveRequest<T>(this, source, tag, values, values);
            request.Post();
            return request;
        }

        var serialized = new SerializedArrayReceiveRequest<T>(this, source, tag, values);
        serialized.Post();
        return serialized;
    }

    internal PostedReceives PostedOrNew() => Posted ??= new PostedReceives(this);

    /// <summary>One message of bytes per value: the receiver learns the length by probing, and the ledger counts one message.</summary>
    private SendRequest StartSerializedSend<T>(T value, int dest, int tag, int count, bool isSynchronous = false)
    {
        PooledStream bytes = Serialization.Pack(value);
        Serialization.SendLogger?.Invoke(bytes.LengthBytes, dest);
        var memory = HeldMemory.Owned(bytes.Buffer.AsMemory(0, bytes.LengthBytes), bytes);
        return SendRequest.Start(this, memory, bytes.LengthBytes, Abi.Byte, dest, tag, count, isSynchronous);
    }

    private ReceiveRequest StartValueReceive<T>(int source, int tag, Action<T>? action)
    {
        if (Datatype<T>.IsDirect)
        {
            var request = new ValueReceiveRequest<T>(this, source, tag, action);
            request.Post();
            return request;
        }

        var serialized = new SerializedReceiveRequest<T>(this, source, tag, action);
        serialized.Post();
        return serialized;
    }
}
