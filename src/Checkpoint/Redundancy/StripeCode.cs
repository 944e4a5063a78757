using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>
/// How a failure group of G members, k of which may be lost, spreads its sums: each member's shard is cut into D = G - k chunks, and in each of
/// G stripes D members give a chunk and k hold a sum of them, in turns, so that all hold and send the same. A pure table; no bytes here.
/// </summary>
/// <remarks>
/// Sum j of a stripe is the sum over d of a[j][d] times data chunk d, where a is a Cauchy matrix, 1 / (j + (k + d)), with its columns divided
/// by their first entries: sum 0 is the plain exclusive or, and every square part of it can be inverted, which is what "any k losses" needs
/// (J. Bloemer et al., "An XOR-based erasure-resilient coding scheme", 1995).
/// </remarks>
internal sealed record StripeCode(int Members, int Losses)
{
    public int DataChunks => Members - Losses;

    /// <summary>The stripe of which a member holds sum <paramref name="sum"/>.</summary>
    public int StripeOfSum(int member, int sum) => Modulo(member - sum);

    /// <summary>The stripe into which chunk <paramref name="chunk"/> of a member goes.</summary>
    public int StripeOfChunk(int member, int chunk) => Modulo(member - Losses - chunk);

    /// <summary>The member that holds a sum of a stripe.</summary>
    public int HolderOf(int stripe, int sum) => Modulo(stripe + sum);

    /// <summary>The member whose chunk is data <paramref name="chunk"/> of a stripe; in its shard it has the same number.</summary>
    public int MemberOf(int stripe, int chunk) => Modulo(stripe + Losses + chunk);

    /// <summary>The weight of a data chunk in a sum.</summary>
    public byte Weight(int sum, int chunk) => GaloisField.Multiply(Cauchy(sum, chunk), GaloisField.Inverse(Cauchy(0, chunk)));

    /// <summary>How one lost chunk follows from what is left of its stripe.</summary>
    /// <param name="stripe">The stripe.</param>
    /// <param name="chunk">Which data chunk of it is wanted.</param>
    /// <param name="lostShards">The members whose chunks are lost.</param>
    /// <param name="lostSums">The members whose sums are lost.</param>
    /// <returns>Weighted sources, or null if more are lost than the sums make up for.</returns>
    public IReadOnlyList<Source>? Rebuild(int stripe, int chunk, IReadOnlyCollection<int> lostShards, IReadOnlyCollection<int> lostSums)
    {
        int[] unknown = [.. Enumerable.Range(0, DataChunks).Where(d => lostShards.Contains(MemberOf(stripe, d)))];
        int[] sums = [.. Enumerable.Range(0, Losses).Where(j => !lostSums.Contains(HolderOf(stripe, j))).Take(unknown.Length)];
        int wanted = Array.IndexOf(unknown, chunk);
        if (wanted < 0 || sums.Length < unknown.Length) return null;

        byte[][] inverse = Invert([.. sums.Select(j => unknown.Select(d => Weight(j, d)).ToArray())]);
        var sources = new List<Source>();
        for (int row = 0; row < sums.Length; row++) sources.Add(new Source(HolderOf(stripe, sums[row]), IsSum: true, sums[row], inverse[wanted][row]));
        foreach (int known in Enumerable.Range(0, DataChunks).Except(unknown))
        {
            byte weight = 0;
            for (int row = 0; row < sums.Length; row++) weight ^= GaloisField.Multiply(inverse[wanted][row], Weight(sums[row], known));
            sources.Add(new Source(MemberOf(stripe, known), IsSum: false, known, weight));
        }

        return [.. sources.Where(static s => s.Weight != 0)];
    }

    private static byte[][] Invert(byte[][] matrix)
    {
        int n = matrix.Length;
        byte[][] left = [.. matrix.Select(static row => row.ToArray())];
        byte[][] right = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => (byte)(i == j ? 1 : 0)).ToArray())];
        for (int column = 0; column < n; column++)
        {
            int pivot = Array.FindIndex(left, column, row => row[column] != 0);
            (left[column], left[pivot]) = (left[pivot], left[column]);
            (right[column], right[pivot]) = (right[pivot], right[column]);
            byte scale = GaloisField.Inverse(left[column][column]);
            for (int j = 0; j < n; j++)
            {
                left[column][j] = GaloisField.Multiply(left[column][j], scale);
                right[column][j] = GaloisField.Multiply(right[column][j], scale);
            }

            for (int row = 0; row < n; row++)
            {
                byte factor = left[row][column];
                if (row == column || factor == 0) continue;
                for (int j = 0; j < n; j++)
                {
                    left[row][j] ^= GaloisField.Multiply(factor, left[column][j]);
                    right[row][j] ^= GaloisField.Multiply(factor, right[column][j]);
                }
            }
        }

        return right;
    }

    private byte Cauchy(int sum, int chunk) => GaloisField.Inverse((byte)(sum ^ (Losses + chunk)));

    private int Modulo(int value) => ((value % Members) + Members) % Members;

    /// <summary>One weighted term.</summary>
    /// <param name="Member">Who has it.</param>
    /// <param name="IsSum">Whether it is a sum, or a chunk of the member's shard.</param>
    /// <param name="Index">Which sum, or which chunk.</param>
    /// <param name="Weight">What it is multiplied with.</param>
    internal readonly record struct Source(int Member, bool IsSum, int Index, byte Weight);
}
