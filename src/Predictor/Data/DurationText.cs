using System;
using System.Globalization;

namespace HpcVirt.Predictor.Data;

/// <summary>Durations as people type them: <c>90s</c>, <c>15m</c>, <c>24h</c>, <c>30d</c>; several may follow one another (<c>1d12h</c>).</summary>
public static class DurationText
{
    private static readonly (char Unit, long Seconds)[] Units = [('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

    /// <summary>Reads a duration; throws <see cref="PredictorException"/> that says which forms there are.</summary>
    /// <param name="text">The duration's text.</param>
    /// <param name="what">What the duration is of, for the message.</param>
    public static TimeSpan Parse(string text, string what)
    {
        double seconds = 0;
        int start = 0;
        for (int at = 0; at < text.Length; at++)
        {
            int unit = Array.FindIndex(Units, u => u.Unit == text[at]);
            if (unit < 0) continue;
            if (!double.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) throw Bad(text, what);
            seconds += number * Units[unit].Seconds;
            start = at + 1;
        }

        if (start != text.Length || start == 0 || seconds > 1e10) throw Bad(text, what);
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>The shortest text of a duration, such as <c>7d</c> or <c>36h</c>.</summary>
    /// <param name="duration">The duration.</param>
    public static string Format(TimeSpan duration) => Format((long)duration.TotalSeconds);

    internal static string Format(long seconds)
    {
        foreach ((char unit, long unitSeconds) in Units)
        {
            // A day stays 24h: horizons are spoken of in hours up to two days.
            if (seconds % unitSeconds == 0 && seconds != 0 && (unit != 'd' || seconds > 2 * unitSeconds)) return $"{seconds / unitSeconds}{unit}";
        }

        return "0s";
    }

    private static PredictorException Bad(string text, string what) =>
        new($"'{text}' is no duration for {what}; write for example 90s, 15m, 24h or 30d");
}
