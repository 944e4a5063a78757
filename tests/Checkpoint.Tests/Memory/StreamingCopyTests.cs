using System;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Memory;

internal sealed class StreamingCopyTests
{
    [Test]
    public void All_bytes_arrive_and_none_beside_them(
        [Values(0, 1, 63, 4095, 4096, 4097, 12_288, 16_384, 20_479, 81_920, 100_003)] int bytes, [Values(0, 1, 8, 64)] int targetOffset, [Values(0, 3)] int sourceOffset)
    {
        using var source = new NativeBuffer(bytes + sourceOffset + 1);
        using var target = new NativeBuffer(bytes + targetOffset + 64);
        Span<byte> from = source.GetSpan().Slice(sourceOffset, bytes);
        new Random(bytes).NextBytes(from);
        Span<byte> all = target.GetSpan();
        all.Fill(0xA5);

        StreamingCopy.Copy(from, all[targetOffset..]);

        Assert.That(all.Slice(targetOffset, bytes).SequenceEqual(from));
        Assert.That(all[..targetOffset].IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1));
        Assert.That(all[(targetOffset + bytes)..].IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1));
    }

    [Test]
    public void A_target_that_is_too_short_is_refused_before_a_byte_is_written() =>
        Assert.That(static () => StreamingCopy.Copy(new byte[10], new byte[9]), Throws.InstanceOf<ArgumentException>());
}
