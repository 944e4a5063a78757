using System;
using System.Buffers;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// A message that a matched probe took out of matching (MPI 4.1, section 3.8.2): no other receive or probe can get it, on any thread. It must be
/// received, once.
/// </summary>
public sealed unsafe class MatchedMessage
{
    private readonly Communicator _communicator;
    private readonly NativeStatus _probed;
    private readonly TakenMessage _message;
    private bool _isReceived;

    internal MatchedMessage(Communicator communicator, in TakenMessage message, NativeStatus probed)
    {
        _communicator = communicator;
        _message = message;
        _probed = probed;
        TrafficLedger.Held?.Add(this);
    }

    /// <summary>The sender's rank in the (remote) group, or <see cref="Communicator.NullProcess"/>.</summary>
    public int Source => _probed.Source;

    /// <summary>The message's tag.</summary>
    public int Tag => _probed.Tag;

    /// <summary>How many elements of a type the message has.</summary>
    /// <typeparam name="T">The element type; bytes for a serialized value.</typeparam>
    /// <returns>The count.</returns>
    /// <exception cref="InvalidOperationException">The message is no whole number of such elements.</exception>
    public int Count<T>()
        where T : unmanaged
    {
        int count = CountOf(Datatype<T>.Handle);
        return count != Abi.Undefined
            ? count
            : throw new InvalidOperationException($"{this} is no whole number of {typeof(T).Name}: it was sent as another type.");
    }

    /// <summary>Receives the message (MPI_Mrecv).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">Room for the message.</param>
    /// <returns>Who sent it, under which tag, and how many elements came.</returns>
    /// <exception cref="MessageTruncatedException">The message was longer than the span.</exception>
    public MessageStatus Receive<T>(Span<T> values)
        where T : unmanaged
    {
        NativeStatus status;
        nint datatype = Datatype<T>.Handle;
        fixed (T* buffer = values)
            ReceiveRaw(buffer, values.Length, datatype, &status);
        return MessageStatus.From(&status, datatype);
    }

    /// <summary>Receives a message of one value, serialized or not.</summary>
    /// <typeparam name="T">The type that was sent.</typeparam>
    /// <returns>The value; the type's default from <see cref="Communicator.NullProcess"/>.</returns>
    public T Receive<T>()
    {
        NativeStatus status;
        if (Datatype<T>.IsDirect)
        {
            T value = default!;
#pragma warning disable CS8500 // The type holds no references: that is what IsDirect says.
            ReceiveRaw(&value, 1, Datatype<T>.Handle, &status);
#pragma warning restore CS8500
            return value;
        }

        int lengthBytes = CountOf(Abi.Byte);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Math.Max(lengthBytes, 1));
        try
        {
            fixed (byte* buffer = bytes)
                ReceiveRaw(buffer, lengthBytes, Abi.Byte, &status);
            return status.Source == Abi.ProcNull ? default! : _communicator.Serialization.Unpack<T>(bytes, 0, lengthBytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Starts to receive the message (MPI_Imrecv) into memory, which must be left alone until the request is complete.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">Room for the message.</param>
    /// <returns>The request.</returns>
    public ReceiveRequest ImmediateReceive<T>(Memory<T> values)
        where T : unmanaged
    {
        var request = new MemoryReceiveRequest<T>(_communicator, Source, Tag, values, values);
        NativeStatus probed = _probed;
        request.PostMatched(Take(), &probed);
        return request;
    }

    /// <inheritdoc/>
    public override string ToString() => RequestText.From("matched message", Source, Tag, _communicator);

    private void ReceiveRaw(void* buffer, int count, nint datatype, NativeStatus* status)
    {
        int code = Take().Receive(_communicator, buffer, count, datatype, status);
        WrittenRanges.Note(buffer, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Mrecv", _communicator);
    }

    private TakenMessage Take()
    {
        if (_isReceived)
            throw new InvalidOperationException($"{this} was received already: a matched message can be received once.");
        _isReceived = true;
        TrafficLedger.Held?.Remove(this);
        return _message;
    }

    private int CountOf(nint datatype)
    {
        NativeStatus probed = _probed;
        int count = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&probed, datatype, &count), "MPI_Get_count", _communicator);
        return count;
    }
}
