using System;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 section 12.1: polynomial 0x1EDC6F41, reflected) by table: the twin that the hardware is held
/// equal to, and the way for machines without the instruction.
/// </summary>
internal static class SoftwareCrc32C
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    private static readonly uint[] Table = MakeTable();

    /// <summary>The register after one more byte; no inversion before or after.</summary>
    public static uint Step(uint register, byte value) => Table[(byte)(register ^ value)] ^ (register >> 8);

    /// <summary>The register after more bytes; no inversion before or after.</summary>
    public static uint Run(uint register, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes) register = Step(register, value);
        return register;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint register = i;
            for (int bit = 0; bit < 8; bit++) register = (register >> 1) ^ ((register & 1) != 0 ? ReflectedPolynomial : 0);
            table[i] = register;
        }

        return table;
    }
}
