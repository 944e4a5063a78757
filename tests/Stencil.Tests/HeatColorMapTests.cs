using System;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Samples.Stencil.Tests;

public sealed class HeatColorMapTests
{
    [Test]
    public void Equal_steps_of_heat_are_equal_steps_of_lightness()
    {
        double[] lightness = [.. Enumerable.Range(0, 256).Select(index => LightnessOf(HeatColorMap.At(index / 255.0)))];
        double even = (lightness[255] - lightness[0]) / 255;

        // Eight bits a channel cannot hit the straight line exactly.
        Assert.That(lightness.Select((value, index) => Math.Abs(value - lightness[0] - even * index)).Max(), Is.LessThan(0.01));
        Assert.That(even * 255, Is.GreaterThan(0.7));
    }

    [Test]
    public void Neighboring_colors_never_jump()
    {
        for (int index = 1; index < 256; index++)
        {
            RgbColor one = HeatColorMap.At((index - 1) / 255.0);
            RgbColor other = HeatColorMap.At(index / 255.0);
            Assert.That(Math.Abs(one.Red - other.Red) + Math.Abs(one.Green - other.Green) + Math.Abs(one.Blue - other.Blue), Is.LessThan(16), $"at {index}");
        }
    }

    [Test]
    public void Heat_outside_the_scale_takes_the_color_of_its_end()
    {
        Assert.That(HeatColorMap.At(-3), Is.EqualTo(HeatColorMap.At(0)));
        Assert.That(HeatColorMap.At(7), Is.EqualTo(HeatColorMap.At(1)));
        Assert.That(HeatColorMap.At(double.NaN), Is.EqualTo(HeatColorMap.At(0)));
        Assert.That(HeatColorMap.At(double.PositiveInfinity), Is.EqualTo(HeatColorMap.At(1)));
    }

    // The lightness of Oklab, by the forward transform from sRGB: the map itself only uses the inverse.
    private static double LightnessOf(RgbColor color)
    {
        double red = Linear(color.Red), green = Linear(color.Green), blue = Linear(color.Blue);
        return 0.2104542553 * Math.Cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
            + 0.7936177850 * Math.Cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
            - 0.0040720468 * Math.Cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    }

    private static double Linear(byte channel)
    {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}
