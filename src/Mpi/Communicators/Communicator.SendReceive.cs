using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>Sends and receives as one operation, in MPI.NET's forms: two ranks that send to each other at once cannot block one another.</summary>
public abstract partial class Communicator
{
    /// <summary>Exchanges values with one rank (MPI_Sendrecv).</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="inValue">The value to send.</param>
    /// <param name="dest">The other rank, to which the value goes and from which the other one comes.</param>
    /// <param name="tag">The tag, both ways.</param>
    /// <param name="outValue">The value that came.</param>
    public void SendReceive<T>(T inValue, int dest, int tag, out T outValue) =>
        outValue = Exchange(inValue, dest, tag, dest, tag, out _);

    /// <summary>Sends a value to one rank and receives one from another (MPI_Sendrecv).</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="inValue">The value to send.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="sendTag">The tag to send under.</param>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="recvTag">The tag to receive, or <see cref="anyTag"/>.</param>
    /// <param name="outValue">The value that came.</param>
    public void SendReceive<T>(T inValue, int dest, int sendTag, int source, int recvTag, out T outValue) =>
        outValue = Exchange(inValue, dest, sendTag, source, recvTag, out _);

    /// <inheritdoc cref="SendReceive{T}(T, int, int, int, int, out T)"/>
    /// <param name="inValue">The value to send.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="sendTag">The tag to send under.</param>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="recvTag">The tag to receive, or <see cref="anyTag"/>.</param>
    /// <param name="outValue">The value that came.</param>
    /// <param name="status">Who sent it, and under which tag.</param>
    public void SendReceive<T>(T inValue, int dest, int sendTag, int source, int recvTag, out T outValue, out CompletedStatus status)
    {
        outValue = Exchange(inValue, dest, sendTag, source, recvTag, out NativeStatus native);
        status = new CompletedStatus(native, native.Source == Abi.ProcNull ? 0 : 1);
    }

    /// <summary>Exchanges arrays with one rank (MPI_Sendrecv).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">The elements to send.</param>
    /// <param name="dest">The other rank.</param>
    /// <param name="tag">The tag, both ways.</param>
    /// <param name="outValues">Room for the elements that come, and another array than <paramref name="inValues"/>; replaced when elements are serialized.</param>
    public void SendReceive<T>(T[] inValues, int dest, int tag, [AllowNull] ref T[] outValues) =>
        _ = Exchange(inValues, dest, tag, dest, tag, ref outValues);

    /// <summary>Sends an array to one rank and receives one from another (MPI_Sendrecv).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">The elements to send.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="sendTag">The tag to send under.</param>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="recvTag">The tag to receive, or <see cref="anyTag"/>.</param>
    /// <param name="outValues">Room for the elements that come, and another array than <paramref name="inValues"/>; replaced when elements are serialized.</param>
    public void SendReceive<T>(T[] inValues, int dest, int sendTag, int source, int recvTag, [AllowNull] ref T[] outValues) =>
        _ = Exchange(inValues, dest, sendTag, source, recvTag, ref outValues);

    /// <inheritdoc cref="SendReceive{T}(T[], int, int, int, int, ref T[])"/>
    /// <param name="inValues">The elements to send.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="sendTag">The tag to send under.</param>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="recvTag">The tag to receive, or <see cref="anyTag"/>.</param>
    /// <param name="outValues">Room for the elements that come; replaced when elements are serialized.</param>
    /// <param name="status">Who sent it, under which tag, and how many elements came.</param>
    public void SendReceive<T>(T[] inValues, int dest, int sendTag, int source, int recvTag, [AllowNull] ref T[] outValues, out CompletedStatus status)
    {
        NativeStatus native = Exchange(inValues, dest, sendTag, source, recvTag, ref outValues);
        status = CompletedArray(native, outValues);
    }

    private unsafe T Exchange<T>(T value, int dest, int sendTag, int source, int receiveTag, out NativeStatus status)
    {
        if (!Datatype<T>.IsDirect)
            return SendReceiveObject(value, dest, sendTag, source, receiveTag, out status);
        T received = default!;
        NativeStatus native;
        SendReceiveRaw(Unsafe.AsPointer(ref value), 1, dest, sendTag, Unsafe.AsPointer(ref received), 1, source, receiveTag, Datatype<T>.Handle, &native);
        status = native;
        return received;
    }

    private unsafe NativeStatus Exchange<T>(T[] send, int dest, int sendTag, int source, int receiveTag, [AllowNull] ref T[] receive)
    {
        NativeStatus status;
        if (!Datatype<T>.IsDirect)
        {
            T[] received = SendReceiveObject(send, dest, sendTag, source, receiveTag, out status);
            if (status.Source != Abi.ProcNull)
                receive = received;
            return status;
        }

        ArgumentNullException.ThrowIfNull(send);
        RequireRoom(receive);
        if (ReferenceEquals(send, receive) && send.Length > 0)
            throw new ArgumentException("SendReceive needs one array to send and another to receive into; this is one array twice.", nameof(receive));
        fixed (byte* sendBuffer = &FirstByte(send))
        fixed (byte* receiveBuffer = &FirstByte(receive))
            SendReceiveRaw(sendBuffer, send.Length, dest, sendTag, receiveBuffer, receive.Length, source, receiveTag, Datatype<T>.Handle, &status);
        return status;
    }

    /// <summary>The one place where a combined send and receive leaves the binding.</summary>
    private unsafe void SendReceiveRaw(
        void* send, int sendCount, int dest, int sendTag, void* receive, int receiveCount, int source, int receiveTag, nint datatype, NativeStatus* status)
    {
        Traffic?.CountSent(dest);
        if (CallPath.IsManaged)
        {
            int inTurn = SendReceiveInTurn(send, sendCount, dest, sendTag, receive, receiveCount, source, receiveTag, datatype, status);
            WrittenRanges.Note(receive, receiveCount, datatype);
            ErrorCheck.ThrowIfFailed(inTurn, "MPI_Sendrecv", this);
            return;
        }

        int code = NativeMpi.MPI_Sendrecv(send, sendCount, datatype, dest, sendTag, receive, receiveCount, datatype, source, receiveTag, Handle, status);
        WrittenRanges.Note(receive, receiveCount, datatype);
        if (code == 0)
            Traffic?.CountReceived(status->Source);
        else
            ThrowFailedReceive(code, status, "MPI_Sendrecv");
    }
}
