using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MPI.Native;

namespace MPI;

/// <summary>Blocking messages of values and arrays, in MPI.NET's forms.</summary>
public abstract partial class Communicator
{
    /// <summary>Sends one value (MPI_Send). A value without references travels as its bytes; any other is serialized into one message.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    /// <exception cref="MpiSerializationException">The value cannot be serialized.</exception>
    public unsafe void Send<T>(T value, int dest, int tag)
    {
        if (Datatype<T>.IsDirect)
            SendRaw(Unsafe.AsPointer(ref value), 1, Datatype<T>.Handle, dest, tag);
        else
            SendObject(value, dest, tag);
    }

    /// <summary>Sends an array. Elements without references travel as they stand; an array of others is serialized into one message.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The elements; receive them into an array that is at least as long, with <c>Receive(source, tag, ref values)</c>.</param>
    /// <param name="dest">The receiver's rank, or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, from 0 to <see cref="Environment.MaxTag"/>.</param>
    /// <exception cref="ArgumentNullException">The array is null and its elements are not serialized.</exception>
    public unsafe void Send<T>(T[] values, int dest, int tag)
    {
        if (Datatype<T>.IsDirect)
        {
            ArgumentNullException.ThrowIfNull(values);
            fixed (byte* buffer = &FirstByte(values))
                SendRaw(buffer, values.Length, Datatype<T>.Handle, dest, tag);
        }
        else
        {
            SendObject(values, dest, tag);
        }
    }

    /// <summary>Receives one value (MPI_Recv).</summary>
    /// <typeparam name="T">The value type, the same as the sender's.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <returns>The value; the default for <see cref="NullProcess"/>.</returns>
    /// <exception cref="MessageTruncatedException">The message holds more than one value: it was sent as an array.</exception>
    /// <exception cref="MpiSerializationException">The message is no serialized <typeparamref name="T"/>.</exception>
    public T Receive<T>(int source, int tag)
    {
        Receive(source, tag, out T value, out NativeStatus _);
        return value;
    }

    /// <inheritdoc cref="Receive{T}(int, int)"/>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="value">The value; the default for <see cref="NullProcess"/>.</param>
    public void Receive<T>(int source, int tag, out T value) => Receive(source, tag, out value, out NativeStatus _);

    /// <inheritdoc cref="Receive{T}(int, int)"/>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="value">The value; the default for <see cref="NullProcess"/>.</param>
    /// <param name="status">Who sent it, and under which tag.</param>
    public void Receive<T>(int source, int tag, out T value, out CompletedStatus status)
    {
        Receive(source, tag, out value, out NativeStatus native);
        status = new CompletedStatus(native, native.Source == Abi.ProcNull ? 0 : 1);
    }

    /// <summary>Receives an array that was sent as one.</summary>
    /// <typeparam name="T">The element type, the same as the sender's.</typeparam>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="values">
    /// Elements without references are received into this array, which must be long enough and may be longer; for others it is replaced by the
    /// sender's array.
    /// </param>
    /// <exception cref="ArgumentNullException">The array is null and its elements are not serialized.</exception>
    /// <exception cref="MessageTruncatedException">The message is longer than the array.</exception>
    public void Receive<T>(int source, int tag, [AllowNull] ref T[] values) => _ = ReceiveArray(source, tag, ref values);

    /// <inheritdoc cref="Receive{T}(int, int, ref T[])"/>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <param name="values">Room for the elements, or the variable for the serialized array.</param>
    /// <param name="status">Who sent it, under which tag, and how many elements came.</param>
    public unsafe void Receive<T>(int source, int tag, [AllowNull] ref T[] values, out CompletedStatus status)
    {
        NativeStatus native = ReceiveArray(source, tag, ref values);
        status = CompletedArray(native, values);
    }

    /// <summary>The first element's address without a bounds check, so that an empty array has one too; some libraries dislike null pointers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static ref byte FirstByte<T>(T[] values) => ref Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(values));

    private static unsafe CompletedStatus CompletedArray<T>(NativeStatus native, T[] values) => Datatype<T>.IsDirect
        ? new CompletedStatus(native, MessageStatus.From(&native, Datatype<T>.Handle).Count)
        : new CompletedStatus(native, values?.Length ?? 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void Receive<T>(int source, int tag, out T value, out NativeStatus status)
    {
        if (Datatype<T>.IsDirect)
        {
            T received = default!;
            NativeStatus native;
            ReceiveRaw(Unsafe.AsPointer(ref received), 1, Datatype<T>.Handle, source, tag, &native);
            value = received;
            status = native;
        }
        else
        {
            value = ReceiveObject<T>(source, tag, out status);
        }
    }

    private unsafe NativeStatus ReceiveArray<T>(int source, int tag, [AllowNull] ref T[] values)
    {
        NativeStatus status;
        if (Datatype<T>.IsDirect)
        {
            RequireRoom(values);
            fixed (byte* buffer = &FirstByte(values))
                ReceiveRaw(buffer, values.Length, Datatype<T>.Handle, source, tag, &status);
            return status;
        }

        T[] received = ReceiveObject<T[]>(source, tag, out status);
        if (status.Source != Abi.ProcNull)
            values = received;
        return status;
    }

    private static void RequireRoom<T>([NotNull] T[]? values)
    {
        if (values is null)
            throw new ArgumentNullException(nameof(values), $"Elements of {typeof(T)} are received into the array that is passed: allocate it with room for the longest message first.");
    }
}
