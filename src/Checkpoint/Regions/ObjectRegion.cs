using System;

namespace HpcVirt.Checkpoint;

/// <summary>A region of serialized bytes whose length only the file knows at restore.</summary>
public sealed class ObjectRegion : CheckpointRegion
{
    /// <summary>The element type under which serialized objects are stored.</summary>
    public const string ObjectElementType = "object";

    private readonly Func<byte[]> _get;
    private readonly Action<byte[]> _set;
    private byte[] _bytes = [];

    /// <summary>A region that asks for its bytes at each checkpoint and hands them back at restore.</summary>
    /// <param name="name">Unique within the program.</param>
    /// <param name="get">Serializes the object of now.</param>
    /// <param name="set">Takes the bytes of then.</param>
    public ObjectRegion(string name, Func<byte[]> get, Action<byte[]> set)
        : base(name)
    {
        _get = get;
        _set = set;
    }

    /// <inheritdoc/>
    public override RegionDescriptor BeginSave()
    {
        _bytes = _get();
        return new RegionDescriptor(Name, ObjectElementType, 1, [_bytes.LongLength], _bytes.LongLength);
    }

    /// <inheritdoc/>
    public override void EndSave() => _bytes = [];

    /// <inheritdoc/>
    public override void Check(RegionDescriptor stored)
    {
        if (stored.ElementType != ObjectElementType) throw Mismatch(stored, "a serialized object");
        if (stored.LengthBytes > Array.MaxLength) throw Mismatch(stored, $"a serialized object of at most {Array.MaxLength} bytes");
    }

    /// <inheritdoc/>
    public override void BeginRestore(RegionDescriptor stored)
    {
        Check(stored);
        _bytes = new byte[stored.LengthBytes];
    }

    /// <inheritdoc/>
    public override void EndRestore()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        _set(bytes);
    }

    /// <inheritdoc/>
    public override Span<byte> Slice(long offsetBytes, int lengthBytes) => _bytes.AsSpan(checked((int)offsetBytes), lengthBytes);
}
