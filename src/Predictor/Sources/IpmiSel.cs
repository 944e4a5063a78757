using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using HpcVirt.Predictor.Live;

namespace HpcVirt.Predictor.Sources;

/// <summary>Reads <c>ipmitool sel elist</c>: <c>id | date | time | sensor | event | direction</c>, with bars or, by <c>-c</c>, commas. Entries before the clock was set have no time and are left out.</summary>
public static class IpmiSel
{
    private static readonly string[] Forms = ["MM/dd/yyyy HH:mm:ss", "MM/dd/yy HH:mm:ss", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>Reads a log.</summary>
    /// <param name="text">The text.</param>
    /// <param name="node">The node.</param>
    public static IEnumerable<Observation> Parse(TextReader text, string node)
    {
        while (text.ReadLine() is { } line)
        {
            string[] parts = Array.ConvertAll(line.Split(line.Contains('|', StringComparison.Ordinal) ? '|' : ','), static part => part.Trim());
            if (parts.Length < 5) continue;
            // A zone may follow the time: "12:00:01 UTC".
            string time = parts[2].Split(' ')[0];
            if (!DateTime.TryParseExact($"{parts[1]} {time}", Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime moment)) continue;
            bool isOver = parts.Length > 5 && parts[5].StartsWith("Deasserted", StringComparison.OrdinalIgnoreCase);
            string code = $"{IpmiSdr.NameOf(parts[3].Split('#')[0])}:{IpmiSdr.NameOf(parts[4])}";
            yield return new EventObservation(new DateTimeOffset(moment).ToUnixTimeSeconds(), node, isOver ? "sel-cleared" : "sel", code, 1, line.Trim());
        }
    }
}
