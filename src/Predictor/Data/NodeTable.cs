using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Predictor.Data;

/// <summary>The nodes and their static attributes. Nodes that only readings, events or failures name are added after those of nodes.csv.</summary>
internal sealed class NodeTable
{
    /// <summary>When observation of a node ends says when it fails: it may say which points exist, and is never a feature.</summary>
    public const string ObservationEnd = "observation_end";

    private static readonly string[] Starts = ["first_seen", "observation_start"];
    private static readonly string[] Groups = ["rack", "chassis", "system", "group"];

    private readonly List<string[]> _attributes = [];
    private readonly Dictionary<string, int> _columnOf = [];

    public NameTable Names { get; } = new();

    /// <summary>The attributes' names, in the order of their columns.</summary>
    public IReadOnlyList<string> Columns { get; private set; } = [];

    /// <summary>How many nodes nodes.csv lists; those have points, others have not.</summary>
    public int Listed { get; private set; }

    /// <summary>Whether there was a nodes.csv at all.</summary>
    public bool HasFile { get; private set; }

    /// <summary>The attribute that says which nodes are neighbours, or null.</summary>
    public string? GroupColumn => Groups.FirstOrDefault(name => Columns.Contains(name));

    /// <summary>The attribute that says since when a node is watched, or null.</summary>
    public string? StartColumn => Starts.FirstOrDefault(name => Columns.Contains(name));

    public static NodeTable Read(string? path, DatasetOptions options, List<IngestReport> reports)
    {
        var table = new NodeTable();
        if (path is null) return table;
        var report = new IngestReport(path, options.IsStrict);
        reports.Add(report);
        using var rows = new CsvRows(path, report);
        int node = rows.ColumnOf("node");
        int[] columns = [.. Enumerable.Range(0, rows.Header.Count).Where(i => i != node)];
        table.Columns = [.. columns.Select(i => rows.Header[i])];
        for (int i = 0; i < table.Columns.Count; i++) table._columnOf.Add(table.Columns[i], i);
        while (rows.Next())
        {
            string name = rows[node];
            if (name.Length == 0)
            {
                report.Add(RowProblem.MissingNode, rows.Line, "the node has no name");
                continue;
            }

            if (table.Names.Find(name) is not null)
            {
                report.Add(RowProblem.Duplicate, rows.Line, $"the node '{name}' is listed before");
                continue;
            }

            _ = table.Names.IndexOf(name);
            table._attributes.Add([.. columns.Select(i => rows[i])]);
        }

        table.Listed = table.Names.Count;
        table.HasFile = true;
        return table;
    }

    /// <summary>An attribute's text; empty for nodes that nodes.csv does not list.</summary>
    public string Attribute(int node, string column) =>
        node < _attributes.Count && _columnOf.TryGetValue(column, out int at) ? _attributes[node][at] : "";

    /// <summary>All nodes' texts of one attribute.</summary>
    public string[] AttributeOfAll(string column) => [.. Enumerable.Range(0, Names.Count).Select(node => Attribute(node, column))];

    /// <summary>A time attribute of all nodes; null where it is empty.</summary>
    public long?[] TimesOf(string? column, TimeZoneInfo zone)
    {
        var times = new long?[Names.Count];
        if (column is null) return times;
        string[] texts = AttributeOfAll(column);
        for (int node = 0; node < times.Length; node++)
        {
            if (texts[node].Length > 0 && TimeText.TryParse(texts[node], zone, out long timeS)) times[node] = timeS;
        }

        return times;
    }

    /// <summary>What an attribute holds: times, numbers, or words.</summary>
    public AttributeKind KindOf(string column, TimeZoneInfo zone)
    {
        string[] texts = [.. AttributeOfAll(column).Where(text => text.Length > 0)];
        if (texts.Length == 0) return AttributeKind.Empty;
        if (texts.All(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))) return AttributeKind.Number;
        return texts.All(text => TimeText.TryParse(text, zone, out _)) ? AttributeKind.Time : AttributeKind.Word;
    }
}

/// <summary>What a static attribute holds.</summary>
internal enum AttributeKind
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Times.</summary>
    Time,

    /// <summary>Words.</summary>
    Word,
}
