using System;
using System.Collections.Concurrent;
using System.Linq;
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
    private static readonly ConcurrentDictionary<Type, Made> Derived = new();

    /// <summary>The native datatype handle of a C# type, or MPI_DATATYPE_NULL for a type that holds references (such values are serialized).</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The handle, committed and owned by the binding.</returns>
    public static nint GetDatatype(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return (nint)typeof(Datatype<>).MakeGenericType(type)
            .GetProperty(nameof(Datatype<>.HandleOrNull), BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;
    }

    /// <param name="type">The element type.</param>
    /// <param name="elementBytes">Its size.</param>
    /// <param name="put">Where the handle is kept that is looked up.</param>
    internal static nint Create(Type type, int elementBytes, Action<nint> put) =>
        Predefined(type) is { } handle and not 0 ? handle : Derived.GetOrAdd(type, _ => new Made(Contiguous(elementBytes), elementBytes, put)).Handle;

    /// <summary>Frees the derived datatypes, before MPI is finalized.</summary>
    internal static unsafe void FreeAll()
    {
        foreach (Made made in Derived.Values)
        {
            nint handle = made.Handle;
            _ = NativeMpi.MPI_Type_free(&handle);
        }
    }

    /// <summary>Makes the derived datatypes again, after MPI was finalized and initialized: what it had made before is gone.</summary>
    internal static void RenewAll()
    {
        foreach ((Type type, Made old) in Derived)
        {
            nint handle = Contiguous(old.ElementBytes);
            Derived[type] = old with { Handle = handle };
            old.Put(handle);
        }
    }

    /// <summary>The element type that a derived datatype was made for, as long as MPI is not finalized; null for a predefined one.</summary>
    internal static Type? DerivedFrom(nint handle)
    {
        foreach ((Type type, Made made) in Derived)
        {
            if (made.Handle == handle) return type;
        }

        return null;
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
        do ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Type_contiguous(elementBytes, Abi.Byte, &handle), "MPI_Type_contiguous");

        // In its second session MPICH 4.2 gives these away, and then neither commits nor frees them: they are left where they are.
        while (Abi.Table.PairTypes.Contains(handle));
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Type_commit(&handle), "MPI_Type_commit");
        return handle;
    }

    private sealed record Made(nint Handle, int ElementBytes, Action<nint> Put);
}
