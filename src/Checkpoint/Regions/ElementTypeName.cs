using System;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint;

/// <summary>Names of element types that programs in any language can read.</summary>
internal static class ElementTypeName
{
    private static readonly Dictionary<Type, string> Known = new()
    {
        [typeof(double)] = "float64",
        [typeof(float)] = "float32",
        [typeof(Half)] = "float16",
        [typeof(long)] = "int64",
        [typeof(int)] = "int32",
        [typeof(short)] = "int16",
        [typeof(sbyte)] = "int8",
        [typeof(ulong)] = "uint64",
        [typeof(uint)] = "uint32",
        [typeof(ushort)] = "uint16",
        [typeof(byte)] = "uint8",
        [typeof(bool)] = "bool8",
        [typeof(char)] = "char16",
        [typeof(System.Numerics.Complex)] = "complex128",
    };

    public static string Of<T>() => Known.TryGetValue(typeof(T), out string? name) ? name : typeof(T).FullName ?? typeof(T).Name;
}
