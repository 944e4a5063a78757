using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint;

/// <summary>A region over the program's own memory, asked for anew each time, because programs swap their buffers.</summary>
/// <typeparam name="T">The elements' type.</typeparam>
public sealed class MemoryRegion<T> : CheckpointRegion
    where T : unmanaged
{
    private readonly Func<Memory<T>> _ask;
    private readonly long[]? _shape;
    private Memory<T> _memory;

    /// <summary>A region of that name over the memory that <paramref name="memory"/> returns when asked.</summary>
    /// <param name="name">Unique within the program.</param>
    /// <param name="memory">Returns the memory of now. It may be larger than 2 GiB in bytes.</param>
    /// <param name="shape">Extents in elements, slowest first, whose product is the memory's length; empty: one dimension.</param>
    public MemoryRegion(string name, Func<Memory<T>> memory, params ReadOnlySpan<long> shape)
        : base(name)
    {
        _ask = memory;
        _shape = shape.IsEmpty ? null : shape.ToArray();
    }

    private readonly RegionDecomposition? _decomposition;

    /// <summary>A region that is a part of a global array, and can be restored on other numbers of ranks.</summary>
    /// <param name="name">Unique within the program.</param>
    /// <param name="decomposition">Which part; its memory shape is the region's shape.</param>
    /// <param name="memory">Returns the memory of now.</param>
    public MemoryRegion(string name, RegionDecomposition decomposition, Func<Memory<T>> memory)
        : base(name)
    {
        _ask = memory;
        _shape = [.. decomposition.MemoryShape()];
        _decomposition = decomposition;
    }

    /// <inheritdoc/>
    public override RegionDecomposition? Decomposition => _decomposition;

    /// <summary>
    /// Whether a device writes to this memory past the kernel (buffers registered with io_uring, with a network card or an accelerator). Such
    /// writes escape the kernel's page tracking, so the region is copied whole each time.
    /// </summary>
    public bool IsWrittenByDevices { get; init; }

    /// <inheritdoc/>
    public override RegionDescriptor BeginSave()
    {
        _memory = _ask();
        RegionDescriptor descriptor = Describe(_memory.Length);
        long shapedBytes = RegionDescriptor.BytesOf(descriptor.Shape, descriptor.ElementBytes);
        if (shapedBytes != descriptor.LengthBytes)
        {
            throw new CheckpointException(
                $"Region '{Name}' was declared as {descriptor.Format}, but its memory holds {_memory.Length} elements. "
                + "Declare the shape that the memory has.");
        }

        return descriptor;
    }

    /// <inheritdoc/>
    public override void EndSave() => _memory = default;

    /// <inheritdoc/>
    public override void Check(RegionDescriptor stored)
    {
        RegionDescriptor expected = Describe(_ask().Length);
        if (!stored.HasFormatOf(expected)) throw Mismatch(stored, expected.Format);
    }

    /// <inheritdoc/>
    public override void BeginRestore(RegionDescriptor stored)
    {
        _memory = _ask();
        RegionDescriptor expected = Describe(_memory.Length);
        if (!stored.HasFormatOf(expected) || stored.LengthBytes != expected.LengthBytes) throw Mismatch(stored, expected.Format);
    }

    /// <inheritdoc/>
    public override void EndRestore() => _memory = default;

    internal override bool IsTrackable => !IsWrittenByDevices && MemoryMarshal.TryGetMemoryManager<T, MemoryManager<T>>(_memory, out _);

    /// <inheritdoc/>
    public override Span<byte> Slice(long offsetBytes, int lengthBytes)
    {
        long totalBytes = (long)_memory.Length * Unsafe.SizeOf<T>();
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, totalBytes - lengthBytes);

        // AsBytes would overflow above 2 GiB; the bounds were checked above in 64 bits.
        ref byte start = ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(_memory.Span));
        return MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref start, (nint)offsetBytes), lengthBytes);
    }

    private RegionDescriptor Describe(int length)
    {
        var plain = new RegionDescriptor(Name, ElementTypeName.Of<T>(), Unsafe.SizeOf<T>(), _shape ?? [length], (long)length * Unsafe.SizeOf<T>());
        return _decomposition is null ? plain : plain with { Decomposition = _decomposition };
    }
}
