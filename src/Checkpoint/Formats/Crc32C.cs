using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Arm = System.Runtime.Intrinsics.Arm;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>CRC-32C of memory at near memory speed.</summary>
/// <remarks>
/// The instruction takes three cycles but a new one can start each cycle, so three streams run side by side and are joined
/// afterwards by <see cref="CrcShift"/>: about three times one stream. Long stretches amortize the joining, short ones keep the
/// remainder small.
/// </remarks>
internal static class Crc32C
{
    private const int LongStretchLog2 = 13;
    private const int ShortStretchLog2 = 8;
    private const int PageLog2 = 12;

    private static readonly CrcShift LongShift = new(LongStretchLog2);
    private static readonly CrcShift ShortShift = new(ShortStretchLog2);
    private static readonly CrcShift PageShift = new(PageLog2);

    /// <summary>Whether this machine has the instruction.</summary>
    public static bool IsHardware => Sse42.X64.IsSupported || Arm.Crc32.Arm64.IsSupported;

    public static uint Of(ReadOnlySpan<byte> bytes) => Continue(0, bytes);

    /// <summary>The checksum of bytes whose front has <paramref name="checksum"/> and whose rest is <paramref name="bytes"/>.</summary>
    public static uint Continue(uint checksum, ReadOnlySpan<byte> bytes) =>
        ~(IsHardware ? RunHardware(~checksum, bytes) : SoftwareCrc32C.Run(~checksum, bytes));

    /// <summary>The checksum of a front followed by a page, from the checksums of both.</summary>
    public static uint JoinPage(uint front, uint page) => PageShift.Apply(front) ^ page;

    private static uint RunHardware(uint register, ReadOnlySpan<byte> bytes)
    {
        register = RunStretches(register, ref bytes, 1 << LongStretchLog2, LongShift);
        register = RunStretches(register, ref bytes, 1 << ShortStretchLog2, ShortShift);

        while (bytes.Length >= sizeof(ulong))
        {
            register = Step(register, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        return SoftwareCrc32C.Run(register, bytes);
    }

    // Optimized from the first call: the first checkpoint of a job is as large as all others, and no warm-up precedes it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint RunStretches(uint register, ref ReadOnlySpan<byte> bytes, int stretchBytes, CrcShift shift)
    {
        while (bytes.Length >= 3 * stretchBytes)
        {
            ref byte start = ref MemoryMarshal.GetReference(bytes);
            uint second = 0;
            uint third = 0;
            for (int i = 0; i < stretchBytes; i += sizeof(ulong))
            {
                register = Step(register, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)));
                second = Step(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, stretchBytes + i)));
                third = Step(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, (2 * stretchBytes) + i)));
            }

            register = shift.Apply(shift.Apply(register) ^ second) ^ third;
            bytes = bytes[(3 * stretchBytes)..];
        }

        return register;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Step(uint register, ulong value) => Sse42.X64.IsSupported
        ? (uint)Sse42.X64.Crc32(register, value)
        : Arm.Crc32.Arm64.ComputeCrc32C(register, value);
}
