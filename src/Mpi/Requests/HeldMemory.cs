using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MPI.Traffic;

namespace MPI;

/// <summary>The memory that a native request reads or writes: it stays where it is until it is released.</summary>
internal unsafe struct HeldMemory
{
    private MemoryHandle _pin;
    private void* _cell;
    private IDisposable? _owner;
    private long _roomBytes;

    /// <summary>The address; null for no bytes.</summary>
    public void* Address { get; private set; }

    /// <summary>Whether releasing it does anything.</summary>
    public readonly bool NeedsRelease => Address is not null;

    /// <summary>Pins the caller's memory.</summary>
    public static HeldMemory Pinned<T>(ReadOnlyMemory<T> memory)
    {
        MemoryHandle pin = memory.Pin();
        return new HeldMemory { _pin = pin, Address = pin.Pointer };
    }

    /// <summary>Pins memory of the caller that is written to: when it is released, it counts as written.</summary>
    public static HeldMemory Room<T>(Memory<T> memory)
    {
        HeldMemory held = Pinned<T>(memory);
        held._roomBytes = (long)memory.Length * Unsafe.SizeOf<T>();
        return held;
    }

    /// <summary>Pins memory whose owner is disposed of when the memory is released.</summary>
    public static HeldMemory Owned(ReadOnlyMemory<byte> memory, IDisposable owner)
    {
        HeldMemory held = Pinned(memory);
        held._owner = owner;
        return held;
    }

    /// <summary>Room for one value outside the managed heap: cheaper than to pin a box.</summary>
    public static HeldMemory Cell<T>(T value)
    {
        void* cell = NativeMemory.Alloc((nuint)Unsafe.SizeOf<T>());
        Unsafe.Write(cell, value);
        return new HeldMemory { _cell = cell, Address = cell };
    }

    /// <summary>Memory that the caller keeps in place; releasing it does nothing.</summary>
    public static HeldMemory Borrowed(void* address) => new() { Address = address };

    /// <summary>Says that the memory was written to, where it is room.</summary>
    public readonly void NoteWritten()
    {
        if (_roomBytes != 0)
            WrittenRanges.Note(Address, _roomBytes);
    }

    public void Release()
    {
        NoteWritten();
        _roomBytes = 0;
        _pin.Dispose();
        _pin = default;
        NativeMemory.Free(_cell);
        _cell = null;
        _owner?.Dispose();
        _owner = null;
        Address = null;
    }
}
