using System;
using System.Buffers;
using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>Memory outside the managed heap, on a page, zeroed.</summary>
internal sealed unsafe class NativeBuffer : MemoryManager<byte>
{
    private readonly int _bytes;

    public NativeBuffer(int bytes)
    {
        _bytes = bytes;
        Address = (nint)NativeMemory.AlignedAlloc((nuint)bytes, PageSet.PageBytes);
        NativeMemory.Clear((void*)Address, (nuint)bytes);
    }

    public nint Address { get; private set; }

    public override Span<byte> GetSpan() => new((void*)Address, _bytes);

    public override MemoryHandle Pin(int elementIndex = 0) => new((void*)(Address + elementIndex));

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (Address != 0) NativeMemory.AlignedFree((void*)Address);
        Address = 0;
    }
}
