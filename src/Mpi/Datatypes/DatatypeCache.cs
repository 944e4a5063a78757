using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Numerics;
using System.Reflection;
using MPI.Native;

namespace MPI;

/// <summary>
/// The MPI datatypes of C# element types. Primitive types map to the standard's predefined ones; any other type without references (structs,
/// enums, tuples, <see cref="DateTime"/>, fixed buffers) becomes a contiguous type of its bytes, padding included.
/// </summary>
/// <remarks>Bytes travel as they stand, so all ranks must share one byte order and one layout of structs, as all ranks of one binary do.</remarks>
public static class DatatypeCache
{
    private static readonly ConcurrentDictionary<Type, nint> Derived = new();

    /// <summary>The native datatype handle of a C# type, or MPI_DATATYPE_NULL for a type that holds references (such values are serialized).</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The handle, committed and owned by the binding.</returns>
    public static nint GetDatatype(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return (nint)typeof(Datatype<>).MakeGenericType(type)
            .GetProperty(nameof(Datatype<>.HandleOrNull), BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;
    }

    internal static nint Create(Type type, int elementBytes) =>
        Predefined(type) is { } handle and not 0 ? handle : Derived.GetOrAdd(type, _ => Contiguous(elementBytes));

    /// <summary>Whether any datatype was made that the standard does not predefine.</summary>
    internal static bool HasDerived => !Derived.IsEmpty;

    /// <summary>Frees the derived datatypes; called once, before MPI is finalized.</summary>
    internal static unsafe void FreeAll()
    {
        foreach (KeyValuePair<Type, nint> entry in Derived)
        {
            nint handle = entry.Value;
            _ = NativeMpi.MPI_Type_free(&handle);
        }

        Derived.Clear();
    }

    private static nint Predefined(Type type)
    {
        DatatypeHandles handles = Abi.Table.Datatypes;
        if (type == typeof(Complex))
            return handles.ComplexDouble;
        if (type == typeof(nint))
            return handles.Int64;
        if (type == typeof(nuint))
            return handles.UInt64;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => handles.Bool,
            TypeCode.SByte => handles.Int8,
            TypeCode.Byte => handles.UInt8,
            TypeCode.Int16 => handles.Int16,
            TypeCode.UInt16 or TypeCode.Char => handles.UInt16,
            TypeCode.Int32 => handles.Int32,
            TypeCode.UInt32 => handles.UInt32,
            TypeCode.Int64 => handles.Int64,
            TypeCode.UInt64 => handles.UInt64,
            TypeCode.Single => handles.Single,
            TypeCode.Double => handles.Double,
            _ => 0,
        };
    }

    private static unsafe nint Contiguous(int elementBytes)
    {
        nint handle = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Type_contiguous(elementBytes, Abi.Byte, &handle), "MPI_Type_contiguous");
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Type_commit(&handle), "MPI_Type_commit");
        return handle;
    }
}
