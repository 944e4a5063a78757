using System;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Compression;

internal sealed class ByteShuffleTests
{
    [Test]
    public void Bytes_lie_by_their_place_in_the_element_and_come_back(
        [Values(1, 2, 3, 4, 7, 8, 16, 24, 64)] int width, [Values(0, 1, 5, 64, 71, 1000, 4096, 10_007)] int length)
    {
        byte[] from = new byte[length];
        new Random(length).NextBytes(from);
        byte[] to = new byte[length];
        ByteShuffle.Apply(from, to, width);
        int elements = length / width;
        for (int i = 0; i < elements; i++)
        {
            for (int lane = 0; lane < width; lane++) Assert.That(to[(lane * elements) + i], Is.EqualTo(from[(i * width) + lane]), $"element {i}, byte {lane}");
        }

        byte[] back = new byte[length];
        ByteShuffle.Undo(to, back, width);
        Assert.That(back, Is.EqualTo(from));
    }

    [TestCase(1, 1)]
    [TestCase(8, 8)]
    [TestCase(64, 64)]
    [TestCase(65, 1)]
    [TestCase(int.MaxValue, 1)]
    public void Elements_too_large_to_be_numbers_are_not_sorted(int elementBytes, int width) => Assert.That(ByteShuffle.WidthOf(elementBytes), Is.EqualTo(width));
}
