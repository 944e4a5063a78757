using System;
using System.Buffers;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A receive under way of one serialized value: one message of bytes, whose number is known when it has been matched.</summary>
internal unsafe class SerializedReceiveRequest<T>(Communicator communicator, int source, int tag, Action<T>? action)
    : ReceiveRequest(communicator), IPostedReceive
{
    private byte[]? _bytes;
    private HeldMemory _memory;
    private T _value = default!;

    public int Source => source;

    public int Tag => tag;

    public override object? GetValue()
    {
        Wait();
        return _value;
    }

    public void Bind(in TakenMessage message, NativeStatus* probed)
    {
        int lengthBytes = 0;
        int code = NativeMpi.MPI_Get_count(probed, Abi.Byte, &lengthBytes);
        if (code == 0)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(lengthBytes);
            _memory = HeldMemory.Pinned<byte>(_bytes);
            if (message.Captured is { } captured)
            {
                NativeStatus status;
                int delivered = captured.Deliver(Communicator, _memory.Address, lengthBytes, Abi.Byte, &status);
                EndEarly(status, delivered);
                return;
            }

            nint native = message.Handle;
            nint handle = 0;
            code = NativeMpi.MPI_Imrecv(_memory.Address, lengthBytes, Abi.Byte, &native, &handle);
            if (code == 0)
            {
                Begin(handle);
                return;
            }
        }

        EndWith(ErrorCheck.Translate(code, Describe(), Communicator));
    }

    internal override string Describe() => RequestText.From($"receive of a {typeof(T).Name}", source, tag, Communicator);

    internal void Post()
    {
        Enlist();
        if (source == Abi.ProcNull)
        {
            EndWithout(NativeStatus.Of(Abi.ProcNull, Abi.AnyTag), cancelled: false);
            return;
        }

        try
        {
            if (ReplayedStart.Current?.TakeReceive(this) is { } arrival)
            {
                NativeStatus status = arrival.Status();
                Bind(new TakenMessage(0, arrival), &status);
                return;
            }

            Communicator.PostedOrNew().Post(this);
        }
        catch (Exception failure)
        {
            EndWith(failure);
            throw;
        }
    }

    /// <summary>Starts to receive a message that the program holds from a matched probe.</summary>
    internal void PostMatched(in TakenMessage message, NativeStatus* probed)
    {
        Enlist();
        Bind(message, probed);
    }

    internal override ReadOnlySpan<byte> EarlyPayload()
    {
        NativeStatus status = EarlyStatus;
        int lengthBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&status, Abi.Byte, &lengthBytes), "MPI_Get_count", Communicator);
        return _bytes.AsSpan(0, lengthBytes);
    }

    private protected sealed override int Take(NativeStatus* status)
    {
        int lengthBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(status, Abi.Byte, &lengthBytes), "MPI_Get_count", Communicator);
        _value = Communicator.Serialization.Unpack<T>(_bytes!, 0, lengthBytes);
        return Accept(_value);
    }

    /// <summary>Does with the value what the program asked for.</summary>
    /// <returns>How many values it is.</returns>
    private protected virtual int Accept(T value) => 1;

    private protected override void Release()
    {
        _memory.Release();
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
    }

    private protected override void Announce() => action?.Invoke(_value);
}
