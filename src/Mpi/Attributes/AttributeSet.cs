using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>The attributes of one communicator, in this process.</summary>
public sealed class AttributeSet
{
    private readonly Dictionary<Attribute, AttributeCell> _cells = [];

    internal AttributeSet()
    {
    }

    /// <summary>The value of an attribute; null while it has none.</summary>
    /// <param name="attribute">The key.</param>
    /// <exception cref="InvalidCastException">A value of another type than the key's was set.</exception>
    [SuppressMessage("Design", "CA1043:Use Integral Or String Argument For Indexers", Justification = "MPI.NET's shape: an attribute is a key.")]
    public object? this[Attribute attribute]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(attribute);
            return _cells.TryGetValue(attribute, out AttributeCell? cell) ? cell.Value : null;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(attribute);
            attribute.RequireValue(value);
            if (_cells.TryGetValue(attribute, out AttributeCell? cell))
                cell.Value = value;
            else
                _cells[attribute] = new AttributeCell(value);
        }
    }

    /// <summary>Removes an attribute; nothing happens if it has no value here.</summary>
    /// <param name="attribute">The key.</param>
    public void Remove(Attribute attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        _cells.Remove(attribute);
    }

    /// <summary>Takes over from a communicator that was cloned what its attributes' rules say.</summary>
    internal void DuplicateFrom(AttributeSet original)
    {
        foreach ((Attribute attribute, AttributeCell cell) in original._cells)
        {
            if (attribute.Duplicate(cell) is { } duplicate)
                _cells[attribute] = duplicate;
        }
    }
}
