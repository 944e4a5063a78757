using System;
using NUnit.Framework;

namespace HpcVirt.Samples.Stencil.Tests;

public sealed class FivePointSweepTests
{
    [Test]
    public void Every_width_gives_the_bits_of_the_scalar_definition([Range(1, 70)] int columns)
    {
        const int Rows = 5;
        int stride = columns + 2;
        double[] current = RandomField((Rows + 2) * stride, seed: columns);
        double[] next = new double[current.Length];
        double[] expected = new double[current.Length];
        Array.Fill(next, -1);
        Array.Fill(expected, -1);
        double expectedChange = 0;
        for (int row = 1; row <= Rows; row++)
        {
            for (int column = 1; column <= columns; column++)
            {
                int cell = row * stride + column;
                expected[cell] = 0.25 * ((current[cell - stride] + current[cell + stride]) + (current[cell - 1] + current[cell + 1]));
                expectedChange = Math.Max(expectedChange, Math.Abs(expected[cell] - current[cell]));
            }
        }

        double change = FivePointSweep.Apply(current, next, new CellRange(stride + 1, Rows, columns, stride));

        Assert.That(next, Is.EqualTo(expected), "cells outside the range keep their -1");
        Assert.That(change, Is.EqualTo(expectedChange));
    }

    [Test]
    public void A_field_cut_anywhere_gives_the_same_bits_as_the_whole([Range(1, 36)] int cut)
    {
        const int Rows = 4, Columns = 37, Stride = Columns + 2;
        double[] current = RandomField((Rows + 2) * Stride, seed: 7);
        double[] whole = new double[current.Length];
        double[] pieces = new double[current.Length];

        double wholeChange = FivePointSweep.Apply(current, whole, new CellRange(Stride + 1, Rows, Columns, Stride));
        double left = FivePointSweep.Apply(current, pieces, new CellRange(Stride + 1, Rows, cut, Stride));
        double right = FivePointSweep.Apply(current, pieces, new CellRange(Stride + 1 + cut, Rows, Columns - cut, Stride));

        Assert.That(pieces, Is.EqualTo(whole));
        Assert.That(Math.Max(left, right), Is.EqualTo(wholeChange));
    }

    [Test]
    public void The_largest_change_is_found_wherever_it_is([Range(0, 40)] int column)
    {
        const int Columns = 41, Stride = Columns + 2;
        double[] current = new double[3 * Stride];
        current[Stride + 1 + column] = 8;

        double change = FivePointSweep.Apply(current, new double[current.Length], new CellRange(Stride + 1, 1, Columns, Stride));

        Assert.That(change, Is.EqualTo(8));
    }

    [TestCase(0, 5)]
    [TestCase(5, 0)]
    [TestCase(-1, 5)]
    public void No_cells_are_no_change(int rows, int columns)
    {
        double[] next = new double[4];

        Assert.That(FivePointSweep.Apply(new double[4], next, new CellRange(0, rows, columns, 7)), Is.Zero);
        Assert.That(next, Is.All.Zero);
    }

    [TestCase(4, 1, 1, TestName = "A stencil that reaches above the field is refused")]
    [TestCase(6, 3, 3, TestName = "A stencil that reaches below the field is refused")]
    [TestCase(6, 1, 4, TestName = "A stencil wider than the field is refused")]
    public void A_range_outside_the_field_is_refused(int offset, int rows, int columns)
    {
        double[] field = new double[20];

        Assert.That(
            () => FivePointSweep.Apply(field, new double[20], new CellRange(offset, rows, columns, 5)),
            Throws.ArgumentException.With.Message.Contains("reaches outside"));
    }

    private static double[] RandomField(int length, int seed)
    {
        var random = new Random(seed);
        double[] field = new double[length];
        foreach (ref double cell in field.AsSpan())
            cell = 100 * random.NextDouble();
        return field;
    }
}
