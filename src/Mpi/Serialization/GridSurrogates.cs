using System;
using System.Linq;
using System.Runtime.Serialization;

namespace MPI;

/// <summary>Arrays of several dimensions inside a graph: data contracts know none, so their lengths and their elements in a row stand for them.</summary>
internal sealed class GridSurrogates : ISerializationSurrogateProvider
{
    private GridSurrogates()
    {
    }

    public static GridSurrogates Provider { get; } = new();

    public Type GetSurrogateType(Type type) => type.IsArray && type.GetArrayRank() > 1 ? typeof(GridSurrogate) : type;

    public object GetObjectToSerialize(object obj, Type targetType)
    {
        if (obj is not Array { Rank: > 1 } grid)
            return obj;
        var row = Array.CreateInstance(grid.GetType().GetElementType()!, grid.Length);
        int index = 0;
        foreach (object? element in grid)
            row.SetValue(element, index++);
        return new GridSurrogate { Lengths = [.. Enumerable.Range(0, grid.Rank).Select(grid.GetLength)], Row = row };
    }

    public object GetDeserializedObject(object obj, Type targetType)
    {
        if (obj is not GridSurrogate surrogate)
            return obj;
        var grid = Array.CreateInstance(surrogate.Row.GetType().GetElementType()!, surrogate.Lengths);
        int[] position = new int[surrogate.Lengths.Length];
        foreach (object? element in surrogate.Row)
        {
            grid.SetValue(element, position);
            for (int dimension = position.Length - 1; dimension >= 0 && ++position[dimension] == surrogate.Lengths[dimension]; dimension--)
                position[dimension] = 0;
        }

        return grid;
    }
}

/// <summary>What travels for an array of several dimensions inside a graph.</summary>
[DataContract]
internal sealed class GridSurrogate
{
    /// <summary>The length of each dimension.</summary>
    [DataMember]
    public int[] Lengths { get; init; } = [];

    /// <summary>The elements in row-major order; an object, so that its type travels.</summary>
    [DataMember]
    public object RowObject { get; init; } = Array.Empty<object>();

    public Array Row
    {
        get => (Array)RowObject;
        init => RowObject = value;
    }
}
