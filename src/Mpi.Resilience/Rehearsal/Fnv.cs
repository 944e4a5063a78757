using System;
using System.Runtime.InteropServices;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>FNV-1a, eight bytes at a time: two states that differ must hash differently by chance only; nobody attacks it.</summary>
internal static class Fnv
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = OffsetBasis ^ (ulong)bytes.Length;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
            hash = (hash ^ word) * Prime;
        foreach (byte rest in bytes[(bytes.Length & ~7)..])
            hash = (hash ^ rest) * Prime;
        return hash;
    }
}
