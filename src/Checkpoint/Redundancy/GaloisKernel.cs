using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>
/// Multiplies bytes by a constant of <see cref="GaloisField"/> and adds them up: with the affine instruction of GFNI where there is one, with
/// table look-ups by shuffle (H. Anvin's and J. S. Plank's split tables) elsewhere, and byte by byte as the twin that both are held equal to.
/// </summary>
internal static class GaloisKernel
{
    /// <summary>The best way on this machine, for reports.</summary>
    public static string Name =>
        Gfni.V512.IsSupported ? "gfni-512" : Gfni.V256.IsSupported ? "gfni-256" : Vector256.IsHardwareAccelerated ? "shuffle-256" : "shuffle-128";

    /// <summary>sum = or ^= factor * bytes, with the best instructions there are.</summary>
    /// <param name="factor">The constant; 1 is a plain exclusive or.</param>
    /// <param name="bytes">What is multiplied.</param>
    /// <param name="sum">Where it goes.</param>
    /// <param name="adds">Whether to add to what is there, or to replace it.</param>
    public static void Accumulate(byte factor, ReadOnlySpan<byte> bytes, Span<byte> sum, bool adds)
    {
        if (factor == 0)
        {
            if (!adds) sum[..bytes.Length].Clear();
            return;
        }

        if (factor == 1 && !adds)
        {
            bytes.CopyTo(sum);
            return;
        }

        int done = factor == 1 ? Xor(bytes, sum)
            : Gfni.V512.IsSupported ? Affine512(factor, bytes, sum, adds)
            : Gfni.V256.IsSupported ? Affine256(factor, bytes, sum, adds)
            : Shuffle(factor, bytes, sum, adds);
        AccumulateScalar(factor, bytes[done..], sum[done..], adds);
    }

    /// <summary>The twin: the same, byte by byte.</summary>
    public static void AccumulateScalar(byte factor, ReadOnlySpan<byte> bytes, Span<byte> sum, bool adds)
    {
        if (bytes.IsEmpty) return;
        byte[] products = GaloisField.ProductsOf(factor);
        for (int i = 0; i < bytes.Length; i++) sum[i] = (byte)((adds ? sum[i] : 0) ^ products[bytes[i]]);
    }

    /// <summary>The part by shuffles, which every machine can do; returns how many bytes it did.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Shuffle(byte factor, ReadOnlySpan<byte> bytes, Span<byte> sum, bool adds)
    {
        Span<byte> tables = stackalloc byte[32];
        for (int nibble = 0; nibble < 16; nibble++)
        {
            tables[nibble] = GaloisField.Multiply(factor, (byte)nibble);
            tables[16 + nibble] = GaloisField.Multiply(factor, (byte)(nibble << 4));
        }

        var low = Vector128.Create<byte>(tables[..16]);
        var high = Vector128.Create<byte>(tables[16..]);
        var mask = Vector128.Create((byte)0x0F);
        ref byte from = ref MemoryMarshal.GetReference(bytes);
        ref byte to = ref MemoryMarshal.GetReference(sum);
        int end = bytes.Length & ~15;
        for (int i = 0; i < end; i += 16)
        {
            var value = Vector128.LoadUnsafe(ref from, (nuint)i);
            Vector128<byte> product = Vector128.Shuffle(low, value & mask)
                ^ Vector128.Shuffle(high, Vector128.ShiftRightLogical(value.AsUInt16(), 4).AsByte() & mask);
            if (adds) product ^= Vector128.LoadUnsafe(ref to, (nuint)i);
            product.StoreUnsafe(ref to, (nuint)i);
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Xor(ReadOnlySpan<byte> bytes, Span<byte> sum)
    {
        ref byte from = ref MemoryMarshal.GetReference(bytes);
        ref byte to = ref MemoryMarshal.GetReference(sum);
        int end = bytes.Length & ~63;
        for (int i = 0; i < end; i += 64)
            (Vector512.LoadUnsafe(ref from, (nuint)i) ^ Vector512.LoadUnsafe(ref to, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Affine512(byte factor, ReadOnlySpan<byte> bytes, Span<byte> sum, bool adds)
    {
        var matrix = Vector512.Create(MatrixOf(factor)).AsByte();
        ref byte from = ref MemoryMarshal.GetReference(bytes);
        ref byte to = ref MemoryMarshal.GetReference(sum);
        int end = bytes.Length & ~63;
        for (int i = 0; i < end; i += 64)
        {
            Vector512<byte> product = Gfni.V512.GaloisFieldAffineTransform(Vector512.LoadUnsafe(ref from, (nuint)i), matrix, 0);
            if (adds) product ^= Vector512.LoadUnsafe(ref to, (nuint)i);
            product.StoreUnsafe(ref to, (nuint)i);
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Affine256(byte factor, ReadOnlySpan<byte> bytes, Span<byte> sum, bool adds)
    {
        var matrix = Vector256.Create(MatrixOf(factor)).AsByte();
        ref byte from = ref MemoryMarshal.GetReference(bytes);
        ref byte to = ref MemoryMarshal.GetReference(sum);
        int end = bytes.Length & ~31;
        for (int i = 0; i < end; i += 32)
        {
            Vector256<byte> product = Gfni.V256.GaloisFieldAffineTransform(Vector256.LoadUnsafe(ref from, (nuint)i), matrix, 0);
            if (adds) product ^= Vector256.LoadUnsafe(ref to, (nuint)i);
            product.StoreUnsafe(ref to, (nuint)i);
        }

        return end;
    }

    /// <summary>
    /// Multiplication by a constant is linear over bits, so it is an 8 x 8 bit matrix. The instruction takes the row of result bit b from byte
    /// 7 - b of the matrix, and bit c of that row says whether bit c of the operand counts.
    /// </summary>
    private static ulong MatrixOf(byte factor)
    {
        ulong matrix = 0;
        for (int column = 0; column < 8; column++)
        {
            byte image = GaloisField.Multiply(factor, (byte)(1 << column));
            for (int bit = 0; bit < 8; bit++)
            {
                if ((image & (1 << bit)) != 0) matrix |= 1UL << ((8 * (7 - bit)) + column);
            }
        }

        return matrix;
    }
}
