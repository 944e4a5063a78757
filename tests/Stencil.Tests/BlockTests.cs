using System;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Samples.Stencil.Tests;

public sealed class BlockTests
{
    [Test]
    public void Blocks_cover_the_axis_once_and_in_order_and_differ_by_at_most_one([Range(1, 40)] int length)
    {
        for (int parts = 1; parts <= length; parts++)
        {
            Block[] blocks = [.. Enumerable.Range(0, parts).Select(index => Block.Of(length, parts, index))];

            Assert.That(blocks.SelectMany(block => Enumerable.Range(block.Start, block.Length)), Is.EqualTo(Enumerable.Range(0, length)));
            Assert.That(blocks.Max(block => block.Length) - blocks.Min(block => block.Length), Is.AtMost(1));
        }
    }

    [Test]
    public void The_first_blocks_take_the_rest_of_an_axis_that_does_not_divide()
    {
        Assert.That(
            Enumerable.Range(0, 4).Select(index => Block.Of(11, 4, index)),
            Is.EqualTo(new[] { new Block(0, 3), new Block(3, 3), new Block(6, 3), new Block(9, 2) }));
    }

    [TestCase(3, 4, 0)]
    [TestCase(3, 0, 0)]
    [TestCase(3, 3, 3)]
    [TestCase(3, 3, -1)]
    public void A_block_that_cannot_exist_is_refused(int length, int parts, int index)
    {
        Assert.That(() => Block.Of(length, parts, index), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
