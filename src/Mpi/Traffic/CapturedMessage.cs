using System;
using System.Runtime.InteropServices;
using MPI.Native;

namespace MPI.Traffic;

/// <summary>
/// A message that was taken in before the program asked for it: out of the library's matching, into memory of its own, packed. It is counted as
/// received when its bytes are here, and not again when the program receives it.
/// </summary>
internal sealed unsafe class CapturedMessage
{
    private static long s_heldBytes;

    private byte* _payload;
    private nint _message;
    private nint _request;

    private CapturedMessage(int source, int tag, int lengthBytes)
    {
        Source = source;
        Tag = tag;
        LengthBytes = lengthBytes;
    }

    /// <summary>Bytes of all captured messages of this process.</summary>
    public static long HeldBytes => s_heldBytes;

    /// <summary>The sender's rank in the (remote) group.</summary>
    public int Source { get; }

    public int Tag { get; }

    /// <summary>The payload's length; -1 when it is longer than one receive of bytes can be.</summary>
    public int LengthBytes { get; }

    /// <summary>Whether the payload is here.</summary>
    public bool IsComplete => _request == 0 && _message == 0;

    /// <summary>Whether the message was left with the library, because it is longer than 2 GiB: it can be received, but not be part of a checkpoint.</summary>
    public bool IsLeftBehind => _message != 0;

    /// <summary>The payload, once it is complete.</summary>
    public ReadOnlySpan<byte> Payload => new(_payload, LengthBytes);

    /// <summary>Starts to take in a message that a matched probe has found.</summary>
    public static CapturedMessage Begin(Communicator communicator, nint message, NativeStatus* probed)
    {
        int lengthBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(probed, Abi.Byte, &lengthBytes), "MPI_Get_count", communicator);
        if (lengthBytes == Abi.Undefined)
            return new CapturedMessage(probed->Source, probed->Tag, -1) { _message = message };

        var captured = new CapturedMessage(probed->Source, probed->Tag, lengthBytes);
        captured.Hold();
        nint request = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Imrecv(captured._payload, lengthBytes, Abi.Byte, &message, &request), "MPI_Imrecv", communicator);
        captured._request = request;
        return captured;
    }

    /// <summary>A message out of a checkpoint.</summary>
    public static CapturedMessage Restored(int source, int tag, ReadOnlySpan<byte> payload)
    {
        var restored = new CapturedMessage(source, tag, payload.Length);
        restored.Hold();
        payload.CopyTo(new Span<byte>(restored._payload, payload.Length));
        return restored;
    }

    /// <summary>Looks whether the payload has come.</summary>
    /// <returns>True once, when it has.</returns>
    public bool Advance(Communicator communicator)
    {
        if (_request == 0)
            return false;
        NativeStatus status;
        int code = Progress.Test(ref _request, out bool isComplete, &status);
        ErrorCheck.ThrowIfFailed(code, "MPI_Imrecv", communicator);
        if (isComplete)
            _request = 0;
        return isComplete;
    }

    /// <summary>What a probe answers.</summary>
    public NativeStatus Status() => NativeStatus.Of(Source, Tag, Math.Max(LengthBytes, 0));

    /// <summary>Hands the message to a receive, and gives its memory back.</summary>
    /// <returns>0, or the library's code for a message that is longer than its room.</returns>
    public int Deliver(Communicator communicator, void* buffer, int count, nint datatype, NativeStatus* status)
    {
        if (_message != 0)
            return DeliverNative(communicator, buffer, count, datatype, status);
        for (int turn = 0; _request != 0;)
        {
            if (Advance(communicator))
                communicator.Traffic?.CountReceived(Source);
            else
                Progress.Pause(ref turn);
        }

        int elementBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Type_size(datatype, &elementBytes), "MPI_Type_size", communicator);
        long roomBytes = (long)count * elementBytes;
        int copiedBytes = (int)Math.Min(LengthBytes, roomBytes);
        Buffer.MemoryCopy(_payload, buffer, roomBytes, copiedBytes);
        *status = NativeStatus.Of(Source, Tag, copiedBytes);
        Drop();
        return LengthBytes > roomBytes ? ErrorCheck.CodeOf(MpiErrorClass.Truncate) : 0;
    }

    /// <summary>Gives the memory back of a message that nobody can receive any more.</summary>
    public void Drop()
    {
        NativeMemory.Free(_payload);
        _payload = null;
        s_heldBytes -= LengthBytes;
    }

    private void Hold()
    {
        _payload = (byte*)NativeMemory.Alloc((nuint)Math.Max(LengthBytes, 1));
        s_heldBytes += LengthBytes;
    }

    private int DeliverNative(Communicator communicator, void* buffer, int count, nint datatype, NativeStatus* status)
    {
        nint message = _message;
        _message = 0;
        int code = TakenMessage.ReceiveMatched(buffer, count, datatype, &message, status);
        if (code == 0 || ErrorCheck.IsTruncation(code))
            communicator.Traffic?.CountReceived(Source);
        return code;
    }
}
