using System;
using System.Runtime.CompilerServices;

namespace MPI;

/// <summary>
/// The key of a kind of value that programs and libraries attach to communicators (MPI 4.1, section 7.7), see <see cref="Communicator.Attributes"/>.
/// Source-compatible with MPI.NET; values are kept in managed memory, so that any type can be one and nothing has to be freed.
/// </summary>
public sealed class Attribute : IDisposable
{
    private const int LargestSmallValueBytes = 8;

    private readonly Type _valueType;
    private readonly bool _isSharedOnShallowCopy;

    private Attribute(Type valueType, bool isLarge, AttributeDuplication duplication)
    {
        _valueType = valueType;
        _isSharedOnShallowCopy = valueType.IsValueType && isLarge;
        Duplication = duplication;
    }

    /// <summary>What happens to the value when its communicator is cloned.</summary>
    public AttributeDuplication Duplication { get; }

    /// <summary>Makes a new kind of attribute.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="duplication">What happens to a value when its communicator is cloned.</param>
    /// <returns>The key, for use with any communicator.</returns>
    public static Attribute Create<T>(AttributeDuplication duplication) => new(typeof(T), Unsafe.SizeOf<T>() > LargestSmallValueBytes, duplication);

    /// <summary>Does nothing; programs written for MPI.NET call it.</summary>
    public void Dispose()
    {
    }

    /// <summary>Refuses a value of another value type than the key was made for.</summary>
    internal void RequireValue(object? value)
    {
        if (_valueType.IsValueType && !_valueType.IsInstanceOfType(value))
            throw new InvalidCastException($"This attribute holds values of {_valueType}, and cannot be set to {(value is null ? "null" : $"a {value.GetType()}")}.");
    }

    /// <summary>What a clone of the communicator gets; null for nothing.</summary>
    internal AttributeCell? Duplicate(AttributeCell cell)
    {
        switch (Duplication)
        {
            case AttributeDuplication.Shallow:
                return _isSharedOnShallowCopy ? cell : new AttributeCell(cell.Value);
            case AttributeDuplication.Deep when cell.Value is null or ValueType:
                return new AttributeCell(cell.Value);
            case AttributeDuplication.Deep:
                return cell.Value is ICloneable cloneable
                    ? new AttributeCell(cloneable.Clone())
                    : throw new InvalidCastException($"An attribute with deep copies holds a {cell.Value!.GetType()}, which is not ICloneable: the communicator cannot be cloned.");
            default:
                return null;
        }
    }
}

/// <summary>Where a value stands; communicators that share the value share the cell.</summary>
internal sealed class AttributeCell(object? value)
{
    public object? Value { get; set; } = value;
}
