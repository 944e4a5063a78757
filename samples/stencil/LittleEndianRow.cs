using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HpcVirt.Samples.Stencil;

/// <summary>The bytes of a row as they stand in a result file: IEEE 754 doubles, least significant byte first, on every machine.</summary>
public static class LittleEndianRow
{
    /// <summary>Returns the row's bytes: a view of the row itself where the machine is little-endian, else a swapped copy.</summary>
    public static ReadOnlySpan<byte> BytesOf(ReadOnlySpan<double> row)
    {
        if (BitConverter.IsLittleEndian)
            return MemoryMarshal.AsBytes(row);

        long[] swapped = new long[row.Length];
        BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<double, long>(row), swapped);
        return MemoryMarshal.AsBytes<long>(swapped);
    }
}
