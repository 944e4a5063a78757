using System;
using System.Globalization;

namespace HpcVirt.Mpi.Resilience;

/// <summary>Durations as people write them: a number and one of ms, s, m, h, d.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        string trimmed = text.Trim();
        foreach ((string unit, double seconds) in Units)
        {
            if (trimmed.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(trimmed[..^unit.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && number > 0 && number * seconds < TimeSpan.MaxValue.TotalSeconds / 2)
            {
                duration = TimeSpan.FromSeconds(number * seconds);
                return true;
            }
        }

        duration = default;
        return false;
    }

    /// <summary>The shortest form that <see cref="TryParse"/> reads back as the same duration.</summary>
    public static string Format(TimeSpan duration)
    {
        for (int unit = Units.Length - 1; unit > 0; unit--)
        {
            double number = duration.TotalSeconds / Units[unit].Seconds;
            if (number >= 1 && number == Math.Floor(number))
                return string.Create(CultureInfo.InvariantCulture, $"{number}{Units[unit].Unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds}ms");
    }
}
