using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Serialization;

namespace MPI;

/// <summary>
/// What travels inside a graph for values that data contracts do not know or refuse: arrays of several dimensions, and structs without references
/// that have no contract of their own, with arrays and lists of them.
/// </summary>
internal sealed class GraphSurrogates : ISerializationSurrogateProvider
{
    private GraphSurrogates()
    {
    }

    public static GraphSurrogates Provider { get; } = new();

    public Type GetSurrogateType(Type type)
    {
        if (IsBare(type))
            return typeof(BitsSurrogate);
        return IsGrid(type) ? typeof(GridSurrogate) : type;
    }

    public object GetObjectToSerialize(object obj, Type targetType)
    {
        if (obj is null)
            return obj!;
        Type type = obj.GetType();
        if (IsBare(type))
            return BitsSurrogate.Of(obj, type);
        return IsGrid(type) ? GridSurrogate.Of((Array)obj) : obj;
    }

    public object GetDeserializedObject(object obj, Type targetType) => obj switch
    {
        BitsSurrogate bits => bits.ToValue(),
        GridSurrogate grid => grid.ToArray(),
        _ => obj,
    };

    private static bool IsGrid(Type type) => type.IsArray && !type.IsSZArray;

    /// <summary>A struct without references and without a contract, or an array or list of such.</summary>
    private static bool IsBare(Type type)
    {
        if (type.IsArray)
            return IsBareStruct(type.GetElementType()!);
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) ? IsBareStruct(type.GenericTypeArguments[0]) : IsBareStruct(type);
    }

    private static bool IsBareStruct(Type type) =>
        type.IsValueType && !type.IsPrimitive && !type.IsEnum && type.Assembly != typeof(object).Assembly && ValueCodec.IsDirect(type)
#pragma warning disable SYSLIB0050 // The attribute is obsolete for formatters; data contracts go on reading it.
        && !type.IsSerializable && !type.IsDefined(typeof(DataContractAttribute), inherit: false);
#pragma warning restore SYSLIB0050
}

/// <summary>The bytes of a value without references, with its type.</summary>
[DataContract]
internal sealed class BitsSurrogate
{
    [DataMember]
    public string TypeName { get; init; } = "";

    [DataMember]
    public byte[] Content { get; init; } = [];

    public static BitsSurrogate Of(object value, Type type)
    {
        using var content = new MemoryStream();
        ValueCodec.Of(type).Write(content, value);
        return new BitsSurrogate { TypeName = TypeNames.Of(type), Content = content.ToArray() };
    }

    public object ToValue()
    {
        using var content = new MemoryStream(Content, writable: false);
        return ValueCodec.Of(TypeNames.Find(TypeName)).Read(content);
    }
}

/// <summary>An array of several dimensions: the length of each, and the elements in row-major order.</summary>
[DataContract]
internal sealed class GridSurrogate
{
    [DataMember]
    public int[] Lengths { get; init; } = [];

    /// <summary>An array of one dimension; declared as an object, so that its type travels.</summary>
    [DataMember]
    public object Row { get; init; } = Array.Empty<object>();

    public static GridSurrogate Of(Array grid)
    {
        var row = Array.CreateInstance(grid.GetType().GetElementType()!, grid.Length);
        int index = 0;
        foreach (object? element in grid)
            row.SetValue(element, index++);
        return new GridSurrogate { Lengths = [.. Enumerable.Range(0, grid.Rank).Select(grid.GetLength)], Row = row };
    }

    public Array ToArray()
    {
        var row = (Array)Row;
        var grid = Array.CreateInstance(row.GetType().GetElementType()!, Lengths);
        int[] position = new int[Lengths.Length];
        foreach (object? element in row)
        {
            grid.SetValue(element, position);
            for (int dimension = position.Length - 1; dimension >= 0 && ++position[dimension] == Lengths[dimension]; dimension--)
                position[dimension] = 0;
        }

        return grid;
    }
}
