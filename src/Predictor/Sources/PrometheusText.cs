using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using HpcVirt.Predictor.Live;

namespace HpcVirt.Predictor.Sources;

/// <summary>
/// Reads the Prometheus text format, of node_exporter and the like. A sample's sensor is the metric's name and its labels' values in the order of their names; <c>instance</c> (or
/// <c>node</c>) names the node and is no part of it. Comments, histograms' buckets and lines that are none are left out.
/// </summary>
public static class PrometheusText
{
    /// <summary>Reads one scrape.</summary>
    /// <param name="text">The text.</param>
    /// <param name="node">The node where no label names one.</param>
    /// <param name="timeS">The scrape's time; a sample's own stamp goes before it.</param>
    public static IEnumerable<SensorObservation> Parse(TextReader text, string node, long timeS)
    {
        while (text.ReadLine() is { } line)
        {
            if (ParseLine(line, node, timeS) is { } seen) yield return seen;
        }
    }

    private static SensorObservation? ParseLine(string line, string node, long timeS)
    {
        int at = 0;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_' or ':')) at++;
        if (at == 0 || char.IsAsciiDigit(line[0])) return null;
        string name = line[..at];
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (at < line.Length && line[at] == '{' && !Labels(line, ref at, labels)) return null;
        string[] rest = line[at..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (rest.Length is 0 or > 2 || Value(rest[0]) is not { } value) return null;
        if (rest.Length == 2)
        {
            if (!long.TryParse(rest[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long stampMs)) return null;
            timeS = stampMs / 1000;
        }

        foreach (string key in (ReadOnlySpan<string>)["instance", "node"])
        {
            if (labels.Remove(key, out string? named) && named.Length > 0) node = named.Split(':')[0];
        }

        var sensor = new StringBuilder(name);
        foreach (string label in labels.Values) sensor.Append('_').Append(IpmiSdr.NameOf(label));
        return new SensorObservation(timeS, node, sensor.ToString(), value);
    }

    private static double? Value(string text) => text switch
    {
        "NaN" => double.NaN,
        // An infinite value is of no use to a window; it is as good as none.
        "+Inf" or "-Inf" or "Inf" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null,
    };

    private static bool Labels(string line, ref int at, SortedDictionary<string, string> labels)
    {
        at++;
        while (at < line.Length && line[at] != '}')
        {
            int equals = line.IndexOf('=', at);
            if (equals < 0 || equals + 1 >= line.Length || line[equals + 1] != '"') return false;
            string key = line[at..equals].Trim(' ', ',');
            var value = new StringBuilder();
            int i = equals + 2;
            for (; i < line.Length && line[i] != '"'; i++)
            {
                if (line[i] == '\\' && i + 1 < line.Length) value.Append(line[++i] == 'n' ? '\n' : line[i]);
                else value.Append(line[i]);
            }

            if (i >= line.Length) return false;
            labels[key] = value.ToString();
            at = i + 1;
        }

        if (at >= line.Length) return false;
        at++;
        return true;
    }
}
