using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Data;

/// <summary>Reads failures.csv (time, node, kind, until), in the order of time; rows of equal time keep the order of the file, which matters.</summary>
internal static class FailuresReader
{
    public static List<Failure> Read(string path, NameTable nodes, NameTable kinds, DatasetOptions options, IngestReport report)
    {
        var failures = new List<Failure>();
        using var rows = new CsvRows(path, report);
        int time = rows.ColumnOf("time"), node = rows.ColumnOf("node");
        int? kind = rows.FindColumn("kind"), until = rows.FindColumn("until");
        var seen = new HashSet<(long, int, int, long?)>();
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

            long? untilS = null;
            if (until is { } u && rows[u].Length > 0)
            {
                if (!TimeText.TryParse(rows[u], options.Zone, out long endS)) report.Add(RowProblem.BadTime, rows.Line, $"'{rows[u]}' is no time");
                else if (endS < timeS) report.Add(RowProblem.NegativeOutage, rows.Line, "the repair ends before the failure starts");
                else untilS = endS;
            }

            var failure = new Failure(timeS, nodes.IndexOf(rows[node]), kinds.IndexOf(kind is { } k && rows[k].Length > 0 ? rows[k] : "failure"), untilS, failures.Count);
            if (failures.Count > 0 && timeS < failures[^1].TimeS) report.Add(RowProblem.Unordered, rows.Line, "the row is older than the row before it");
            // A second row with the same time says nothing new about a failure, but may give another end: it is kept, and counted.
            if (!seen.Add((timeS, failure.Node, failure.Kind, untilS))) report.Add(RowProblem.Duplicate, rows.Line, "the row stands twice");
            failures.Add(failure);
        }

        return [.. failures.OrderBy(static f => f.TimeS).ThenBy(static f => f.Order)];
    }
}
