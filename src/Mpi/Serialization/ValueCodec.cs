using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace MPI;

/// <summary>What stands in a serialized message; the numbers are part of the layout.</summary>
internal enum ValueKind : byte
{
    /// <summary>No value.</summary>
    Null = 0,

    /// <summary>int32 number of chars, then UTF-16.</summary>
    Text = 1,

    /// <summary>The bytes of one value without references, sent as an object.</summary>
    Bits = 2,

    /// <summary>int32 number of elements, then their bytes.</summary>
    Array = 3,

    /// <summary>As an array.</summary>
    List = 4,

    /// <summary>int32 length of each dimension, then the elements' bytes in row-major order.</summary>
    Grid = 5,

    /// <summary>Binary XML of the data contract.</summary>
    Graph = 6,

    /// <summary>int32 number of strings, then each as int32 number of chars, -1 for null, and UTF-16.</summary>
    Texts = 7,
}

/// <summary>Writes and reads the content of values of one type.</summary>
internal abstract class ValueCodec
{
    private static readonly ConcurrentDictionary<Type, ValueCodec> Codecs = new();
    private static readonly MethodInfo HoldsReferences =
        typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences), BindingFlags.Public | BindingFlags.Static)!;

    public abstract ValueKind Kind { get; }

    public static ValueCodec Of(Type type) => Codecs.GetOrAdd(type, Create);

    public abstract void Write(Stream stream, object value);

    public abstract object Read(Stream stream);

    private static ValueCodec Create(Type type)
    {
        if (type == typeof(string))
            return new TextCodec();
        if (type == typeof(string[]))
            return new TextsCodec();
        if (type.IsValueType && IsDirect(type))
            return Make(typeof(BitsCodec<>), type);
        if (type.IsArray && IsDirect(type.GetElementType()!))
            return type.IsSZArray ? Make(typeof(ArrayCodec<>), type.GetElementType()!) : Make(typeof(GridCodec<>), type.GetElementType()!, type);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) && IsDirect(type.GenericTypeArguments[0]))
            return Make(typeof(ListCodec<>), type.GenericTypeArguments[0]);
        return new GraphCodec(type);
    }

    /// <summary>Whether values of the type hold no references, so that their bytes are all there is to them.</summary>
    public static bool IsDirect(Type type) =>
        type.IsValueType && !type.ContainsGenericParameters && !(bool)HoldsReferences.MakeGenericMethod(type).Invoke(null, null)!;

    private static ValueCodec Make(Type codec, Type element, params object[] arguments) =>
        (ValueCodec)Activator.CreateInstance(codec.MakeGenericType(element), arguments)!;
}
