using System.Runtime.CompilerServices;
using MPI.Native;

namespace MPI;

/// <summary>The MPI datatype of one element type, found once and then one field away.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal static class Datatype<T>
{
    private static nint s_handle;

    /// <summary>Whether values travel as their bytes; otherwise they are serialized. A constant in compiled code.</summary>
    public static bool IsDirect
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !RuntimeHelpers.IsReferenceOrContainsReferences<T>();
    }

    /// <summary>The handle of a type for which <see cref="IsDirect"/> holds.</summary>
    public static nint Handle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_handle != 0 ? s_handle : Create();
    }

    public static nint HandleOrNull => IsDirect ? Handle : Abi.Table.DatatypeNull;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Create() => s_handle = DatatypeCache.Create(typeof(T), Unsafe.SizeOf<T>(), static handle => s_handle = handle);
}
