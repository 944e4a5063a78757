using System;
using System.Linq;

namespace HpcVirt.Samples.Stencil;

/// <summary>A color of the sRGB space, 8 bits a channel.</summary>
public readonly record struct RgbColor(byte Red, byte Green, byte Blue);

/// <summary>
/// Cold to hot as black, violet, red, orange, pale yellow. Equal steps of temperature are equal steps of perceived lightness, so
/// no false edges appear and the picture also reads in grey.
/// </summary>
/// <remarks>
/// Drawn in Oklab (Björn Ottosson, "A perceptual color space for image processing", 2020): lightness rises on a straight line while
/// the hue turns half a circle; where a screen cannot show the color, its chroma is reduced and lightness and hue are kept.
/// </remarks>
public static class HeatColorMap
{
    private const double DarkestLightness = 0.18, LightestLightness = 0.97;
    private const double ColdHueDegrees = 280, HueTurnDegrees = 185;
    private const double LargestChroma = 0.18;

    private static readonly RgbColor[] Colors = [.. Enumerable.Range(0, 256).Select(index => Draw(index / 255.0))];

    /// <summary>The color of a heat between 0, the coldest, and 1, the hottest; values outside are clamped, not a number is coldest.</summary>
    public static RgbColor At(double heat) => Colors[(int)(255 * (heat > 0 ? Math.Min(heat, 1) : 0) + 0.5)];

    private static RgbColor Draw(double heat)
    {
        double lightness = DarkestLightness + heat * (LightestLightness - DarkestLightness);
        double hue = (ColdHueDegrees + heat * HueTurnDegrees) * Math.PI / 180;
        double wanted = LargestChroma * (0.35 + 0.65 * Math.Sin(Math.PI * heat));

        // The largest chroma that a screen can show, by bisection: grey always can.
        (double shown, double tooMuch) = IsShown(lightness, wanted, hue) ? (wanted, wanted) : (0, wanted);
        for (int step = 0; step < 24; step++)
        {
            double middle = (shown + tooMuch) / 2;
            (shown, tooMuch) = IsShown(lightness, middle, hue) ? (middle, tooMuch) : (shown, middle);
        }
        (double red, double green, double blue) = ToLinearRgb(lightness, shown, hue);
        return new RgbColor(ToByte(red), ToByte(green), ToByte(blue));
    }

    private static bool IsShown(double lightness, double chroma, double hue)
    {
        (double red, double green, double blue) = ToLinearRgb(lightness, chroma, hue);
        return Math.Min(red, Math.Min(green, blue)) >= 0 && Math.Max(red, Math.Max(green, blue)) <= 1;
    }

    private static (double Red, double Green, double Blue) ToLinearRgb(double lightness, double chroma, double hue)
    {
        double a = chroma * Math.Cos(hue);
        double b = chroma * Math.Sin(hue);
        double longCone = Cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double mediumCone = Cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double shortCone = Cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        return (
            4.0767416621 * longCone - 3.3077115913 * mediumCone + 0.2309699292 * shortCone,
            -1.2684380046 * longCone + 2.6097574011 * mediumCone - 0.3413193965 * shortCone,
            -0.0041960863 * longCone - 0.7034186147 * mediumCone + 1.7076147010 * shortCone);
    }

    private static double Cube(double value) => value * value * value;

    // The transfer function of sRGB, IEC 61966-2-1.
    private static byte ToByte(double linear)
    {
        double encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.Pow(linear, 1 / 2.4) - 0.055;
        return (byte)Math.Round(255 * Math.Clamp(encoded, 0, 1));
    }
}
