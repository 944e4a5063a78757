using System;
using System.Buffers;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>Hashes arrays, Memory and buffers of unmanaged elements by their bytes, whatever the element type is.</summary>
internal static class UnmanagedBytes
{
    private static readonly MethodInfo OfArray = Find(nameof(HashArray));
    private static readonly MethodInfo OfManager = Find(nameof(HashManager));
    private static readonly MethodInfo OfMemory = Find(nameof(HashMemory));
    private static readonly MethodInfo IsUnmanagedOf = Find(nameof(IsUnmanaged));

    public static bool TryHash(object value, out ulong hash)
    {
        Type type = value.GetType();
        (MethodInfo? method, Type? element) = (null, null);
        if (type.IsSZArray)
            (method, element) = (OfArray, type.GetElementType()!);
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Memory<>))
            (method, element) = (OfMemory, type.GetGenericArguments()[0]);
        else if (ManagerElement(type) is { } managed)
            (method, element) = (OfManager, managed);

        hash = 0;
        if (method is null || !(bool)IsUnmanagedOf.MakeGenericMethod(element!).Invoke(null, null)!)
            return false;
        hash = (ulong)method.MakeGenericMethod(element!).Invoke(null, [value])!;
        return true;
    }

    private static Type? ManagerElement(Type type)
    {
        for (Type? candidate = type; candidate is not null; candidate = candidate.BaseType)
        {
            if (candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(MemoryManager<>))
                return candidate.GetGenericArguments()[0];
        }

        return null;
    }

    private static MethodInfo Find(string name) => typeof(UnmanagedBytes).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private static bool IsUnmanaged<T>() => !RuntimeHelpers.IsReferenceOrContainsReferences<T>();

    private static ulong HashArray<T>(T[] array) => HashSpan<T>(array);

    private static ulong HashManager<T>(MemoryManager<T> manager) => HashSpan<T>(manager.GetSpan());

    private static ulong HashMemory<T>(Memory<T> memory) => HashSpan<T>(memory.Span);

    /// <summary>In pieces, because the bytes of a large span do not fit one.</summary>
    private static ulong HashSpan<T>(ReadOnlySpan<T> values)
    {
        const int ElementsPerPiece = 1 << 20;
        ulong hash = (ulong)values.Length;
        for (int start = 0; start < values.Length; start += ElementsPerPiece)
        {
            ReadOnlySpan<T> piece = values.Slice(start, Math.Min(ElementsPerPiece, values.Length - start));
            ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(piece)), piece.Length * Unsafe.SizeOf<T>());
            hash = (hash * 31) + Fnv.Hash(bytes);
        }

        return hash;
    }
}
