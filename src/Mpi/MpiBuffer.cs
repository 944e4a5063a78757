using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MPI;

/// <summary>
/// A page-aligned array outside the managed heap: the garbage collector neither moves nor scans it, and MPI libraries copy from and to aligned
/// memory faster (an Allreduce of 128 KiB takes 1.4 times as long from a <c>double[]</c>). Starts zeroed.
/// </summary>
/// <remarks>
/// The memory is freed by Dispose and by nothing else. There is no finalizer on purpose: a span does not keep its buffer alive, so a finalizer
/// could free memory that is in use.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class MpiBuffer<T> : MemoryManager<T>
    where T : unmanaged
{
    private const int PageBytes = 4096;

    private unsafe T* _elements;

    /// <summary>Allocates a buffer.</summary>
    /// <param name="length">Number of elements; the buffer takes up to one page more than they need.</param>
    public unsafe MpiBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        long bytes = Math.Max(1L, (long)length * sizeof(T));
        _elements = (T*)NativeMemory.AlignedAlloc((nuint)bytes, PageBytes);
        NativeMemory.Clear(_elements, (nuint)bytes);
    }

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public unsafe Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ObjectDisposedException.ThrowIf(_elements is null, this);
            return new Span<T>(_elements, Length);
        }
    }

    /// <summary>The address of the first element.</summary>
    public unsafe nint Address => (nint)_elements;

    /// <summary>One element.</summary>
    /// <param name="index">From 0.</param>
    /// <returns>A reference to the element.</returns>
    public ref T this[int index] => ref Span[index];

    /// <inheritdoc/>
    public override Span<T> GetSpan() => Span;

    /// <inheritdoc/>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Length, nameof(elementIndex));
        ObjectDisposedException.ThrowIf(_elements is null, this);
        return new MemoryHandle(_elements + elementIndex);
    }

    /// <summary>Native memory does not move: nothing to do.</summary>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override unsafe void Dispose(bool disposing)
    {
        if (_elements is null)
            return;
        NativeMemory.AlignedFree(_elements);
        _elements = null;
    }
}
