using HpcVirt.Checkpoint.Formats;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Compression;

/// <summary>The decision as a function of measurements: speeds in MiB/s, what is stored in per cent.</summary>
internal sealed class CompressionChoiceTests
{
    // A fast disk, numbers that hardly gain: raw. A slow shared directory: whoever gains, the more the better. Zeros: LZ4 wins even before a fast disk.
    [TestCase(3900, 3700, 77, 2300, 73, "Raw")]
    [TestCase(200, 3700, 77, 2300, 73, "Zstd")]
    [TestCase(1000, 3700, 60, 400, 55, "Lz4")]
    [TestCase(3900, 30_000, 1, 10_000, 1, "Lz4")]
    [TestCase(100, 3700, 100, 2300, 100, "Raw")]
    [TestCase(1, 3700, 92, 2300, 91, "Raw", Description = "less than a tenth")]
    [TestCase(1, 3700, 92, 2300, 89, "Zstd")]
    public void What_is_fastest_by_a_tenth_is_chosen(double tier, double lz4, double lz4Stored, double zstd, double zstdStored, string expected)
    {
        const double Mebibyte = 1 << 20;
        CompressionSample[] samples =
        [
            new(BlockEncoding.Lz4, lz4 * Mebibyte, lz4Stored / 100),
            new(BlockEncoding.Zstd, zstd * Mebibyte, zstdStored / 100),
        ];
        Assert.That(CompressionChoice.Best(tier * Mebibyte, samples).ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Without_a_library_nothing_is_chosen() => Assert.That(CompressionChoice.Best(1, []), Is.EqualTo(BlockEncoding.Raw));
}
