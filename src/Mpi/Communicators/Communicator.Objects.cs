using System;
using System.Buffers;
using MPI.Native;

namespace MPI;

/// <summary>Messages of serialized values: one message of bytes each, whose size the receiver asks of the message itself.</summary>
public abstract partial class Communicator
{
    private const double SecondsBetweenWaitLogs = 60;

    /// <summary>How this communicator carries values that hold references.</summary>
    public Serialization Serialization { get; } = new();

    /// <summary>MPI.NET's choice of cutting serialized values into blocks. Kept for programs that set it: here a value is one message in either case.</summary>
    public bool SplitLargeObjects { get; set; } = true;

    /// <summary>Sends a value as bytes.</summary>
    internal unsafe void SendObject<T>(T value, int dest, int tag)
    {
        using PooledStream message = Serialization.Pack(value);
        Serialization.SendLogger?.Invoke(message.LengthBytes, dest);
        fixed (byte* bytes = message.Buffer)
            SendRaw(bytes, message.LengthBytes, Abi.Byte, dest, tag);
    }

    /// <summary>Receives a value sent as bytes. The matched probe makes size and content one message, whatever other threads receive meanwhile.</summary>
    internal unsafe T ReceiveObject<T>(int source, int tag, out NativeStatus status)
    {
        NativeStatus matched;
        TakenMessage message = Serialization.WaitLogger is null ? MatchNext(source, tag, &matched) : PollForMessage(source, tag, &matched);
        int sizeBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&matched, Abi.Byte, &sizeBytes), "MPI_Get_count", this);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(sizeBytes, 1));
        try
        {
            fixed (byte* bytes = buffer)
            {
                ErrorCheck.ThrowIfFailed(message.Receive(this, bytes, sizeBytes, Abi.Byte, &matched), "MPI_Mrecv", this);
            }

            status = matched;
            return matched.Source == Abi.ProcNull ? default! : Serialization.Unpack<T>(buffer, 0, sizeBytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends one value and receives another; the send is started first and completed last, so that mirror images cannot block one another.</summary>
    internal unsafe T SendReceiveObject<T>(T value, int dest, int sendTag, int source, int receiveTag, out NativeStatus status)
    {
        using PooledStream sent = Serialization.Pack(value);
        Serialization.SendLogger?.Invoke(sent.LengthBytes, dest);
        fixed (byte* bytes = sent.Buffer)
        {
            nint request = Abi.RequestNull;
            Traffic?.CountSent(dest);
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Isend(bytes, sent.LengthBytes, Abi.Byte, dest, sendTag, Handle, &request), "MPI_Isend", this);
            try
            {
                return ReceiveObject<T>(source, receiveTag, out status);
            }
            finally
            {
                NativeStatus ignored;
                _ = Progress.Wait(ref request, &ignored);
            }
        }
    }

    private unsafe TakenMessage PollForMessage(int source, int tag, NativeStatus* status)
    {
        int turn = 0;
        double nextLog = Environment.Time + SecondsBetweenWaitLogs;
        while (true)
        {
            if (TryMatchNext(source, tag, out TakenMessage message, status))
                return message;
            if (Environment.Time >= nextLog)
            {
                nextLog += SecondsBetweenWaitLogs;
                Serialization.WaitLogger?.Invoke($"rank {RankIfKnown} of {Name} waits for a serialized value from {(source == Abi.AnySource ? "any rank" : $"rank {source}")}");
            }

            Progress.Pause(ref turn);
        }
    }
}
