using System;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>
/// Arithmetic in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11D), the field of Reed-Solomon codes in storage (J. S. Plank, "A tutorial on
/// Reed-Solomon coding for fault-tolerance in RAID-like systems", 1997).
/// </summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11D;
    private const int Order = 255;

    private static readonly byte[] Powers = new byte[2 * Order];
    private static readonly byte[] Logarithms = new byte[256];

    static GaloisField()
    {
        int value = 1;
        for (int exponent = 0; exponent < Order; exponent++)
        {
            Powers[exponent] = Powers[exponent + Order] = (byte)value;
            Logarithms[value] = (byte)exponent;
            value <<= 1;
            if (value > 0xFF) value ^= Polynomial;
        }
    }

    public static byte Multiply(byte left, byte right) => left == 0 || right == 0 ? (byte)0 : Powers[Logarithms[left] + Logarithms[right]];

    public static byte Inverse(byte value) =>
        value == 0 ? throw new DivideByZeroException("Zero has no inverse in a field.") : Powers[Order - Logarithms[value]];

    /// <summary>The products of a factor with all bytes.</summary>
    public static byte[] ProductsOf(byte factor)
    {
        byte[] products = new byte[256];
        for (int value = 0; value < products.Length; value++) products[value] = Multiply(factor, (byte)value);
        return products;
    }
}
