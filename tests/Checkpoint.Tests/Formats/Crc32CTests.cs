using System;
using System.Linq;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HpcVirt.Checkpoint.Formats;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Formats;

internal sealed class Crc32CTests
{
    [Test]
    public void It_gives_the_published_values()
    {
        // The check value of the CRC catalogue, and RFC 3720, B.4.
        Assert.That(Crc32C.Of(Encoding.ASCII.GetBytes("123456789")), Is.EqualTo(0xE3069283));
        Assert.That(Crc32C.Of(new byte[32]), Is.EqualTo(0x8A9136AA));
        Assert.That(Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]), Is.EqualTo(0x62A8AB43));
        Assert.That(Crc32C.Of([.. Enumerable.Range(0, 32).Select(static i => (byte)i)]), Is.EqualTo(0x46DD794E));
        Assert.That(Crc32C.Of([]), Is.Zero);
    }

    [Test]
    public void Hardware_and_software_agree_around_every_stretch_length()
    {
        // 768 and 24576 are where three streams of each length begin.
        foreach (int boundary in new[] { 0, 8, 256, 768, 1536, 8192, 24576, 24576 + 768, 2 * 24576 })
        {
            for (int length = int.Max(0, boundary - 9); length <= boundary + 9; length++)
            {
                byte[] bytes = new byte[length + 1];
                new Random(length).NextBytes(bytes);
                Assert.That(Crc32C.Of(bytes.AsSpan(1)), Is.EqualTo(~SoftwareCrc32C.Run(uint.MaxValue, bytes.AsSpan(1))), $"{length} bytes");
            }
        }
    }

    [Test]
    public void Hardware_and_software_agree_on_any_bytes() =>
        Prop.ForAll<byte[]>(static bytes => Crc32C.Of(bytes) == ~SoftwareCrc32C.Run(uint.MaxValue, bytes)).QuickCheckThrowOnFailure();
}
