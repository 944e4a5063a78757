using System;
using System.Collections.Generic;
using System.Globalization;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Data;

/// <summary>Reads events.csv (time, node, kind, code, count, message); code, count and message may be empty or absent.</summary>
internal static class EventsReader
{
    /// <summary>Events are kept in memory, 32 bytes each: this bounds them, and with them the memory.</summary>
    public const int RowsMax = 20_000_000;

    public static List<HealthEvent> Read(
        string path, NameTable nodes, NameTable tokens, TemplateMatcher? templates, DatasetOptions options, IngestReport report, Action<double>? onFraction, Action<long, string>? onMessage = null)
    {
        var events = new List<HealthEvent>();
        using var rows = new CsvRows(path, report, onFraction);
        int time = rows.ColumnOf("time"), node = rows.ColumnOf("node"), kind = rows.ColumnOf("kind");
        int? code = rows.FindColumn("code"), count = rows.FindColumn("count"), message = rows.FindColumn("message");
        var seen = new HashSet<(HealthEvent, int)>();
        while (rows.Next())
        {
            if (!TimeText.TryParse(rows[time], options.Zone, out long timeS))
            {
                report.Add(RowProblem.BadTime, rows.Line, $"'{rows[time]}' is no time");
                continue;
            }

            if (rows[node].Length == 0)
            {
                report.Add(RowProblem.MissingNode, rows.Line, "the node has no name");
                continue;
            }

            float happened = 1;
            if (count is { } c && rows[c].Length > 0 && (!float.TryParse(rows[c], NumberStyles.Float, CultureInfo.InvariantCulture, out happened) || !float.IsFinite(happened) || happened < 0))
            {
                report.Add(RowProblem.BadNumber, rows.Line, $"'{rows[c]}' is no count");
                continue;
            }

            string text = message is { } m ? rows[m] : "";
            string kindName = rows[kind], codeName = code is { } k ? rows[k] : "";
            // Who wrote a code has said what kind of message it is; only messages without one are mined.
            bool isMined = text.Length > 0 && codeName.Length == 0;
            if (isMined) onMessage?.Invoke(timeS, text);
            int template = isMined && templates?.Match(text) is { } matched ? tokens.IndexOf("template:" + matched) : -1;
            var read = new HealthEvent(
                timeS, nodes.IndexOf(rows[node]), tokens.IndexOf(kindName), codeName.Length > 0 ? tokens.IndexOf($"{kindName}:{codeName}") : -1, template, happened);
            if (events.Count > 0 && timeS < events[^1].TimeS) report.Add(RowProblem.Unordered, rows.Line, "the row is older than the row before it");
            if (events.Count > 0 && timeS != events[^1].TimeS) seen.Clear();
            if (!seen.Add((read, text.GetHashCode(StringComparison.Ordinal)))) report.Add(RowProblem.Duplicate, rows.Line, "the row stands twice; both count, for events may repeat within a second");
            if (events.Count == RowsMax) throw new HealthDataException(path, rows.Line, $"more than {RowsMax} events; cut the file into shorter periods");
            events.Add(read);
        }

        Sort(events);
        return events;
    }

    private static void Sort(List<HealthEvent> events)
    {
        for (int i = 1; i < events.Count; i++)
        {
            if (events[i].TimeS >= events[i - 1].TimeS) continue;
            // List.Sort is not stable; equal times keep the order of the file.
            var order = new (long TimeS, int At)[events.Count];
            for (int at = 0; at < order.Length; at++) order[at] = (events[at].TimeS, at);
            Array.Sort(order);
            HealthEvent[] sorted = Array.ConvertAll(order, o => events[o.At]);
            events.Clear();
            events.AddRange(sorted);
            return;
        }
    }
}
