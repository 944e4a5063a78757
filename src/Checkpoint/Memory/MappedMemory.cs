using System;
using System.Runtime.InteropServices;
using HpcVirt.Checkpoint.Native;

namespace HpcVirt.Checkpoint;

/// <summary>A file of a tmpfs, mapped: its bytes are memory, and survive the processes that wrote them.</summary>
/// <remarks>Its room is reserved before it is mapped, because a store into a page that the file system cannot provide kills the process.</remarks>
internal sealed unsafe class MappedMemory : SafeHandle
{
    public MappedMemory(nint address, long lengthBytes, bool ownsMapping = true)
        : base(0, ownsMapping)
    {
        SetHandle(address);
        LengthBytes = lengthBytes;
    }

    public override bool IsInvalid => handle is 0 or -1;

    /// <summary>How many bytes are mapped; the file may have grown shorter than that, and is never read beyond its own length.</summary>
    public long LengthBytes { get; }

    public byte* Address => (byte*)handle;

    /// <summary>A part of it, checked against the mapping's bounds.</summary>
    public Span<byte> Slice(long offsetBytes, int lengthBytes)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, LengthBytes - lengthBytes);
        return new Span<byte>(Address + offsetBytes, lengthBytes);
    }

    protected override bool ReleaseHandle() => MemoryCalls.Unmap(handle, (nuint)LengthBytes) == 0;
}
