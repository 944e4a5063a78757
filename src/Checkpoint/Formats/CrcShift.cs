using System.Numerics;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// What a CRC-32C register becomes after a fixed number of zero bytes. A CRC is linear over GF(2), so this is a 32 x 32 bit
/// matrix; it lets streams that were computed apart be joined: run(r, AB) = shift(run(r, A), |B|) xor run(0, B).
/// </summary>
internal sealed class CrcShift
{
    private readonly uint[] _byByte = new uint[4 * 256];

    /// <param name="lengthBytesLog2">The logarithm of the number of zero bytes: one squaring of the matrix each.</param>
    public CrcShift(int lengthBytesLog2)
    {
        uint[] matrix = new uint[32];
        for (int bit = 0; bit < 32; bit++) matrix[bit] = SoftwareCrc32C.Step(1u << bit, 0);

        for (int squaring = 0; squaring < lengthBytesLog2; squaring++)
        {
            uint[] squared = new uint[32];
            for (int bit = 0; bit < 32; bit++) squared[bit] = Times(matrix, matrix[bit]);
            matrix = squared;
        }

        for (int lane = 0; lane < 4; lane++)
        {
            for (uint value = 0; value < 256; value++) _byByte[(lane * 256) + value] = Times(matrix, value << (8 * lane));
        }
    }

    public uint Apply(uint register) =>
        _byByte[(byte)register]
        ^ _byByte[256 + (byte)(register >> 8)]
        ^ _byByte[512 + (byte)(register >> 16)]
        ^ _byByte[768 + (byte)(register >> 24)];

    private static uint Times(uint[] matrix, uint vector)
    {
        uint sum = 0;
        for (; vector != 0; vector &= vector - 1) sum ^= matrix[BitOperations.TrailingZeroCount(vector)];
        return sum;
    }
}
