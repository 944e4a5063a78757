using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Redundancy;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Redundancy;

internal sealed class GaloisKernelTests
{
    [Test]
    public void The_vectorised_kernel_equals_its_scalar_twin_for_every_factor_and_length([Values] bool adds)
    {
        var random = new Random(17);
        byte[] bytes = new byte[1000];
        byte[] before = new byte[1000];
        random.NextBytes(bytes);
        random.NextBytes(before);
        for (int factor = 0; factor < 256; factor++)
        {
            foreach (int length in (int[])[0, 1, 15, 16, 31, 63, 64, 65, 200, 1000])
            {
                byte[] fast = [.. before];
                byte[] slow = [.. before];
                byte[] shuffled = [.. before];
                GaloisKernel.Accumulate((byte)factor, bytes.AsSpan(0, length), fast, adds);
                GaloisKernel.AccumulateScalar((byte)factor, bytes.AsSpan(0, length), slow, adds);
                int done = GaloisKernel.Shuffle((byte)factor, bytes.AsSpan(0, length), shuffled, adds);
                GaloisKernel.AccumulateScalar((byte)factor, bytes.AsSpan(done..length), shuffled.AsSpan(done), adds);
                Assert.That(fast, Is.EqualTo(slow), $"factor {factor}, {length} bytes, {GaloisKernel.Name}");
                Assert.That(shuffled, Is.EqualTo(slow), $"factor {factor}, {length} bytes, shuffles");
            }
        }
    }

    [Test]
    public void Every_number_but_zero_has_an_inverse() => Assert.That(
        Enumerable.Range(1, 255).Select(static v => GaloisField.Multiply((byte)v, GaloisField.Inverse((byte)v))), Is.All.EqualTo(1));

    [Test]
    public void Every_loss_that_a_code_promises_to_bear_can_be_rebuilt([Values(2, 3, 4, 6, 8)] int members, [Values(1, 2, 3)] int losses)
    {
        if (losses >= members) return;
        var code = new StripeCode(members, losses);
        var random = new Random(members * 10 + losses);
        byte[][] chunks = [.. Enumerable.Range(0, members).Select(_ => Enumerable.Range(0, code.DataChunks).Select(_ => (byte)random.Next(256)).ToArray())];
        byte SumOf(int member, int sum) => Enumerable.Range(0, code.DataChunks).Aggregate((byte)0, (total, d) =>
            (byte)(total ^ GaloisField.Multiply(code.Weight(sum, d), chunks[code.MemberOf(code.StripeOfSum(member, sum), d)][d])));
        foreach (int[] lost in Subsets(members, losses))
        {
            foreach (int member in lost)
            {
                for (int chunk = 0; chunk < code.DataChunks; chunk++)
                {
                    var sources = code.Rebuild(code.StripeOfChunk(member, chunk), chunk, lost, lost)!;
                    Assert.That(sources.Select(static s => s.Member).Intersect(lost), Is.Empty);
                    byte value = sources.Aggregate((byte)0, (total, s) =>
                        (byte)(total ^ GaloisField.Multiply(s.Weight, s.IsSum ? SumOf(s.Member, s.Index) : chunks[s.Member][s.Index])));
                    Assert.That(value, Is.EqualTo(chunks[member][chunk]));
                }
            }
        }
    }

    private static IEnumerable<int[]> Subsets(int members, int size) => Enumerable.Range(0, 1 << members)
        .Select(bits => Enumerable.Range(0, members).Where(i => (bits & (1 << i)) != 0).ToArray()).Where(s => s.Length == size);
}
