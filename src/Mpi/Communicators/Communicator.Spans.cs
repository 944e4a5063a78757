using System;
using System.Runtime.CompilerServices;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>Blocking messages from and into spans: no copy, no allocation.</summary>
public abstract partial class Communicator
{
    /// <summary>Sends a span of values (MPI_Send). Returns when the span may be reused, which for long messages is when the receiver has come.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The values.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    public unsafe void Send<T>(ReadOnlySpan<T> values, int dest, int tag)
        where T : unmanaged
    {
        fixed (T* buffer = values)
            SendRaw(buffer, values.Length, Datatype<T>.Handle, dest, tag);
    }

    /// <summary>Receives into a span (MPI_Recv); the message may be shorter.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="values">Room for the message.</param>
    /// <returns>Who sent it, under which tag, and how many elements came.</returns>
    /// <exception cref="MessageTruncatedException">The message was longer than the span.</exception>
    public unsafe MessageStatus Receive<T>(int source, int tag, Span<T> values)
        where T : unmanaged
    {
        NativeStatus status;
        fixed (T* buffer = values)
            ReceiveRaw(buffer, values.Length, Datatype<T>.Handle, source, tag, &status);
        return MessageStatus.Of<T>(&status);
    }

    /// <summary>Sends one span and receives into another as one operation (MPI_Sendrecv), which cannot deadlock with its mirror image.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="send">The values to send; must not overlap <paramref name="receive"/>.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="sendTag">The tag to send under.</param>
    /// <param name="receive">Room for the message that comes.</param>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="receiveTag">The tag to receive, or <see cref="anyTag"/>.</param>
    /// <returns>Who sent the received message, under which tag, and how many elements came.</returns>
    public unsafe MessageStatus Sendrecv<T>(ReadOnlySpan<T> send, int dest, int sendTag, Span<T> receive, int source, int receiveTag)
        where T : unmanaged
    {
        NativeStatus status;
        nint datatype = Datatype<T>.Handle;
        fixed (T* sendBuffer = send)
        fixed (T* receiveBuffer = receive)
            SendReceiveRaw(sendBuffer, send.Length, dest, sendTag, receiveBuffer, receive.Length, source, receiveTag, datatype, &status);
        return MessageStatus.Of<T>(&status);
    }

    /// <summary>The one place where a blocking send leaves the binding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void SendRaw(void* buffer, int count, nint datatype, int dest, int tag)
    {
        Traffic?.CountSent(dest);
        int code = CallPath.IsManaged
            ? SendInTurn(buffer, count, datatype, dest, tag)
            : NativeMpi.MPI_Send(buffer, count, datatype, dest, tag, Handle);
        if (code != 0)
            ThrowFailedSend(code, dest, "MPI_Send");
    }

    /// <summary>The one place where a blocking receive leaves the binding. A message that was truncated did arrive, and is counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void ReceiveRaw(void* buffer, int count, nint datatype, int source, int tag, NativeStatus* status)
    {
        if (CallPath.IsManaged)
        {
            int received = ReceiveInTurn(buffer, count, datatype, source, tag, status);
            WrittenRanges.Note(buffer, count, datatype);
            ErrorCheck.ThrowIfFailed(received, "MPI_Recv", this);
            return;
        }

        Traffic?.Enter();
        int code = NativeMpi.MPI_Recv(buffer, count, datatype, source, tag, Handle, status);
        WrittenRanges.Note(buffer, count, datatype);
        if (code == 0)
            Traffic?.CountReceived(status->Source);
        else
            ThrowFailedReceive(code, status, "MPI_Recv");
    }

    /// <summary>Throws for a send that the library refused, which is taken back from the ledger.</summary>
    private protected void ThrowFailedSend(int code, int dest, string call)
    {
        Traffic?.UncountSent(dest);
        throw ErrorCheck.Failure(code, call, this);
    }

    /// <summary>Throws for a receive that failed; one that was truncated did take a message away, and only then the status says whose.</summary>
    private protected unsafe void ThrowFailedReceive(int code, NativeStatus* status, string call)
    {
        Exception failure = ErrorCheck.Failure(code, call, this);
        if (failure is MessageTruncatedException)
            Traffic?.CountReceived(status->Source);
        throw failure;
    }
}
