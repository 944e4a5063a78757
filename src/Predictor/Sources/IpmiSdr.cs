using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Live;

namespace HpcVirt.Predictor.Sources;

/// <summary>
/// Reads <c>ipmitool sdr</c> (<c>name | value unit | status</c>), its <c>-c</c> form (<c>name,value,unit,status</c>), and logs of either with lines of <c>Timestamp:</c> before each sample. A sensor
/// without a reading is missing, not zero; a discrete state in hexadecimal is its number; a status worse than ok is an event.
/// </summary>
public static class IpmiSdr
{
    private const string TimestampWord = "Timestamp:";

    /// <summary>Reads a log or one sample.</summary>
    /// <param name="text">The text.</param>
    /// <param name="node">The node.</param>
    /// <param name="timeS">The sample's time where no timestamp says it.</param>
    public static IEnumerable<Observation> Parse(TextReader text, string node, long timeS)
    {
        while (text.ReadLine() is { } line)
        {
            if (line.StartsWith(TimestampWord, StringComparison.Ordinal))
            {
                string stamp = line[TimestampWord.Length..].Trim().Replace(" UTC", "Z", StringComparison.Ordinal);
                if (TimeText.TryParse(stamp, TimeZoneInfo.Utc, out long stampS)) timeS = stampS;
                continue;
            }

            string[] parts = line.Contains('|', StringComparison.Ordinal) ? Piped(line) : Comma(line);
            // A line that was cut short has no status; half a value would be a wrong one.
            if (parts.Length < 3 || parts[0].Length == 0) continue;
            (string name, string value, string status) = (parts[0], parts[1], parts[2]);
            yield return new SensorObservation(timeS, node, NameOf(name), status == "ns" ? double.NaN : ValueOf(value));
            if (status is "nc" or "cr" or "nr") yield return new EventObservation(timeS, node, "ipmi", $"{NameOf(name)}:{status}", 1, line.Trim());
        }
    }

    /// <summary>A sensor's name as columns have it: small letters, digits and underscores.</summary>
    internal static string NameOf(string name)
    {
        Span<char> letters = stackalloc char[Math.Min(name.Length, 128)];
        for (int i = 0; i < letters.Length; i++) letters[i] = char.IsAsciiLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : '_';
        return new string(letters).Trim('_');
    }

    private static string[] Piped(string line) => Array.ConvertAll(line.Split('|'), static part => part.Trim());

    private static string[] Comma(string line)
    {
        string[] parts = line.Split(',');
        return parts.Length >= 4 ? [parts[0].Trim(), parts[1].Trim(), parts[3].Trim()] : [];
    }

    private static double ValueOf(string value)
    {
        if (value.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return long.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long state) ? state : double.NaN;
        int end = value.IndexOf(' ', StringComparison.Ordinal);
        return double.TryParse(end < 0 ? value : value[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : double.NaN;
    }
}
