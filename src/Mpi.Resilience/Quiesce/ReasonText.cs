using System;
using System.Runtime.InteropServices;
using System.Text;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>Packs a reason into the whole numbers of a note: the length, then the bytes.</summary>
internal static class ReasonText
{
    private const int BytesMax = 480;

    public static long[] Pack(string reason)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(reason);
        int length = Math.Min(bytes.Length, BytesMax);

        // Never cut within a character: the continuation bytes of UTF-8 begin with the bits 10.
        while (length < bytes.Length && length > 0 && (bytes[length] & 0xC0) == 0x80)
            length--;
        long[] numbers = new long[1 + ((length + 7) / 8)];
        numbers[0] = length;
        bytes.AsSpan(0, length).CopyTo(MemoryMarshal.AsBytes(numbers.AsSpan(1)));
        return numbers;
    }

    public static string Unpack(ReadOnlySpan<long> numbers) => Encoding.UTF8.GetString(MemoryMarshal.AsBytes(numbers[1..])[..(int)numbers[0]]);
}
