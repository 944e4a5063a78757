using System;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// Memory of all ranks of a communicator that each of them reads and writes one-sidedly (MPI 4.1, chapter 12). Displacements count elements from
/// the start of the target's part.
/// </summary>
/// <remarks>
/// Memory that is passed to an access stays pinned, and must be left alone, until a synchronization completes the access: Fence, Unlock, Flush or
/// Complete. The parts of the ranks may differ in length.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Window<T> : Window
    where T : unmanaged
{
    /// <summary>Exposes a buffer of each rank (MPI_Win_create). Collective.</summary>
    /// <param name="communicator">The ranks that share the window.</param>
    /// <param name="buffer">This rank's part; it must live as long as the window.</param>
    /// <remarks>
    /// Arrays cannot be exposed, and not for convenience: MPICH 4.0.2 rounds a window's address down to a multiple of 16, and accesses to an array
    /// that begins between two multiples overwrite its header. A buffer begins on a page.
    /// </remarks>
    public unsafe Window(Intracommunicator communicator, MpiBuffer<T> buffer)
        : base(communicator, CreateNative(communicator, AddressOf(buffer), buffer.Length, sizeof(T))) => Local = buffer;

    /// <summary>This rank's part. When its own loads and stores may meet others' accesses is ruled by the epochs.</summary>
    public MpiBuffer<T> Local { get; }

    private protected override string ElementName => typeof(T).Name;

    /// <summary>Writes to a rank's part (MPI_Put).</summary>
    /// <param name="values">What to write.</param>
    /// <param name="rank">The target.</param>
    /// <param name="displacement">Where, in elements.</param>
    public unsafe void Put(ReadOnlyMemory<T> values, int rank, long displacement)
    {
        var held = HeldMemory.Pinned(values);
        nint datatype = Datatype<T>.Handle;
        int code = NativeMpi.MPI_Put(held.Address, values.Length, datatype, rank, (nint)displacement, values.Length, datatype, Handle);
        Issued(code, "MPI_Put", rank, held);
    }

    /// <summary>Reads from a rank's part (MPI_Get).</summary>
    /// <param name="values">Room for what is read; filled when a synchronization has completed the access.</param>
    /// <param name="rank">The target.</param>
    /// <param name="displacement">Where, in elements.</param>
    public unsafe void Get(Memory<T> values, int rank, long displacement)
    {
        var held = HeldMemory.Room(values);
        nint datatype = Datatype<T>.Handle;
        int code = NativeMpi.MPI_Get(held.Address, values.Length, datatype, rank, (nint)displacement, values.Length, datatype, Handle);
        Issued(code, "MPI_Get", rank, held);
    }

    /// <summary>Combines values with those in a rank's part, each element atomically (MPI_Accumulate).</summary>
    /// <param name="values">The values.</param>
    /// <param name="rank">The target.</param>
    /// <param name="displacement">Where, in elements.</param>
    /// <param name="op">A predefined operation of the element type, for example <c>Operation&lt;double&gt;.Add</c>.</param>
    public unsafe void Accumulate(ReadOnlyMemory<T> values, int rank, long displacement, ReductionOperation<T> op)
    {
        nint operation = Predefined(op);
        var held = HeldMemory.Pinned(values);
        nint datatype = Datatype<T>.Handle;
        int code = NativeMpi.MPI_Accumulate(held.Address, values.Length, datatype, rank, (nint)displacement, values.Length, datatype, operation, Handle);
        Issued(code, "MPI_Accumulate", rank, held);
    }

    /// <summary>Fetches what is in a rank's part and combines values with it, each element atomically (MPI_Get_accumulate).</summary>
    /// <param name="values">The values to combine.</param>
    /// <param name="fetched">Room for what was there before; as long as <paramref name="values"/>.</param>
    /// <param name="rank">The target.</param>
    /// <param name="displacement">Where, in elements.</param>
    /// <param name="op">A predefined operation of the element type.</param>
    public unsafe void GetAccumulate(ReadOnlyMemory<T> values, Memory<T> fetched, int rank, long displacement, ReductionOperation<T> op)
    {
        if (fetched.Length < values.Length)
            throw new ArgumentException($"GetAccumulate of {values.Length} elements needs room for as many; the memory has {fetched.Length}.", nameof(fetched));
        nint operation = Predefined(op);
        var held = HeldMemory.Pinned(values);
        var room = HeldMemory.Room(fetched);
        nint datatype = Datatype<T>.Handle;
        int code = NativeMpi.MPI_Get_accumulate(
            held.Address, values.Length, datatype, room.Address, values.Length, datatype, rank, (nint)displacement, values.Length, datatype, operation, Handle);
        Issued(code, "MPI_Get_accumulate", rank, held, room);
    }

    /// <summary>Combines one value with one in a locked rank's part, atomically, and waits for what was there before (MPI_Fetch_and_op).</summary>
    /// <param name="value">The value to combine.</param>
    /// <param name="rank">The target, which this rank has locked.</param>
    /// <param name="displacement">Where, in elements.</param>
    /// <param name="op">A predefined operation of the element type.</param>
    /// <returns>What was there before.</returns>
    public unsafe T FetchAndOp(T value, int rank, long displacement, ReductionOperation<T> op)
    {
        RequireLock(rank, nameof(FetchAndOp));
        T before = default;
        int code = NativeMpi.MPI_Fetch_and_op(&value, &before, Datatype<T>.Handle, rank, (nint)displacement, Predefined(op), Handle);
        Check(code, "MPI_Fetch_and_op");
        Flush(rank);
        return before;
    }

    /// <summary>Replaces one value in a locked rank's part if it is what the caller believes, atomically, and waits for what was there before (MPI_Compare_and_swap).</summary>
    /// <param name="value">The new value.</param>
    /// <param name="comparand">What is believed to be there.</param>
    /// <param name="rank">The target, which this rank has locked.</param>
    /// <param name="displacement">Where, in elements.</param>
    /// <returns>What was there before; equal to <paramref name="comparand"/> if it was replaced.</returns>
    public unsafe T CompareAndSwap(T value, T comparand, int rank, long displacement)
    {
        RequireLock(rank, nameof(CompareAndSwap));
        T before = default;
        int code = NativeMpi.MPI_Compare_and_swap(&value, &comparand, &before, Datatype<T>.Handle, rank, (nint)displacement, Handle);
        Check(code, "MPI_Compare_and_swap");
        Flush(rank);
        return before;
    }

    internal override unsafe void NoteWritten() => WrittenRanges.Note((void*)Local.Address, (long)Local.Length * sizeof(T));

    private static unsafe void* AddressOf(MpiBuffer<T> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return (void*)buffer.Address;
    }

    private static nint Predefined(ReductionOperation<T> op)
    {
        ArgumentNullException.ThrowIfNull(op);
        return PredefinedOperations<T>.HandleOf(op) is { } handle and not 0
            ? handle
            : throw new ArgumentException($"One-sided accesses combine with predefined operations on numbers only (MPI 4.1, section 12.3.4), such as Operation<{typeof(T).Name}>.Add.", nameof(op));
    }

    private void RequireLock(int rank, string call)
    {
        if (!HasLocked(rank))
            throw new InvalidOperationException($"{call} waits for its result, and so needs a lock: call Lock({rank}) or LockAll() on the {this} first.");
    }
}
