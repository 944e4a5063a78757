using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Predictor.Data;

/// <summary>
/// Reads readings.csv row by row, in either of its two forms: wide (time, node, one column per sensor) or long (time, node, sensor, value).
/// Rows come as the file has them; putting them in order is <see cref="ReadingSort"/>'s task.
/// </summary>
internal sealed class ReadingsReader : IDisposable
{
    private const double LargestMagnitude = 1e18;

    private readonly CsvRows _rows;
    private readonly IngestReport _report;
    private readonly NameTable _nodes;
    private readonly TimeZoneInfo _zone;
    private readonly int _time;
    private readonly int _node;
    private readonly int[] _columns;
    private readonly int _sensor = -1;
    private readonly int _value = -1;
    private readonly Dictionary<string, int> _sensorIndices = [];
    private string _lastNodeName = "";
    private int _lastNode = -1;

    public ReadingsReader(string path, NameTable nodes, IReadOnlyList<string> sensors, DatasetOptions options, IngestReport report, Action<double>? onFraction)
    {
        _report = report;
        _nodes = nodes;
        _zone = options.Zone;
        _rows = new CsvRows(path, report, onFraction);
        _time = _rows.ColumnOf("time");
        _node = _rows.ColumnOf("node");
        IsLong = IsLongForm(_rows.Header);
        if (IsLong)
        {
            _sensor = _rows.ColumnOf("sensor");
            _value = _rows.ColumnOf("value");
        }

        _columns = IsLong ? [] : [.. sensors.Select(_rows.ColumnOf)];
        for (int i = 0; i < sensors.Count; i++) _sensorIndices[sensors[i]] = i;
    }

    /// <summary>Whether each row has one value, so that what a row does not name is unsaid rather than missing.</summary>
    public bool IsLong { get; }

    /// <summary>The names of a file's sensors: from its header, or, in the long form, from all of its rows.</summary>
    public static IReadOnlyList<string> SensorsOf(string path)
    {
        using var rows = new CsvRows(path, new IngestReport(path, strict: false));
        if (!IsLongForm(rows.Header)) return [.. rows.Header.Where(static name => name is not ("time" or "node"))];
        int sensor = rows.ColumnOf("sensor");
        var names = new SortedSet<string>(StringComparer.Ordinal);
        while (rows.Next())
        {
            if (rows[sensor].Length > 0) names.Add(rows[sensor]);
        }

        return [.. names];
    }

    public bool TryRead(ref ReadingRow row)
    {
        while (_rows.Next())
        {
            if (!TimeText.TryParse(_rows[_time], _zone, out row.TimeS))
            {
                _report.Add(RowProblem.BadTime, _rows.Line, $"'{_rows[_time]}' is no time");
                continue;
            }

            string name = _rows[_node];
            if (name.Length == 0)
            {
                _report.Add(RowProblem.MissingNode, _rows.Line, "the node has no name");
                continue;
            }

            if (name != _lastNodeName) (_lastNodeName, _lastNode) = (name, _nodes.IndexOf(name));
            row.Node = _lastNode;
            if (IsLong ? ReadLong(row.Values) : ReadWide(row.Values)) return true;
        }

        return false;
    }

    public long Line => _rows.Line;

    public void Dispose() => _rows.Dispose();

    private static bool IsLongForm(IReadOnlyList<string> header) => header.Contains("sensor") && header.Contains("value") && header.Count == 4;

    private bool ReadLong(double[] values)
    {
        Array.Fill(values, double.NaN);
        if (!_sensorIndices.TryGetValue(_rows[_sensor], out int sensor))
        {
            _report.Add(RowProblem.Malformed, _rows.Line, $"the sensor '{_rows[_sensor]}' is unknown");
            return false;
        }

        values[sensor] = Number(_rows[_value]);
        return true;
    }

    private bool ReadWide(double[] values)
    {
        for (int i = 0; i < values.Length; i++) values[i] = Number(_rows[_columns[i]]);
        return true;
    }

    private double Number(string text)
    {
        if (text.Length == 0) return double.NaN;
        _report.Readings++;
        if (TrySmallWhole(text, out double value)) return value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= LargestMagnitude) return value;
        // Programs write a missing value in many ways; none of them is a number, and none of them is an error.
        if (text is not ("NaN" or "nan" or "NA" or "na" or "null")) _report.Add(RowProblem.BadNumber, _rows.Line, $"'{text}' is no finite number");
        _report.Readings--;
        return double.NaN;
    }

    /// <summary>Most values are short whole numbers or have few decimals: read without the general parser, with the same result.</summary>
    private static bool TrySmallWhole(string text, out double value)
    {
        value = 0;
        if (text.Length > 15) return false;
        long whole = 0;
        int decimals = -1;
        int start = text[0] == '-' ? 1 : 0;
        if (start == text.Length) return false;
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '.' && decimals < 0)
            {
                decimals = 0;
                continue;
            }

            uint digit = (uint)(c - '0');
            if (digit > 9) return false;
            whole = (whole * 10) + digit;
            if (decimals >= 0) decimals++;
        }

        // A whole number below 2^53 over a power of ten below 10^22 is divided with one right rounding: what the parser gives, too.
        value = decimals > 0 ? whole / PowersOfTen[decimals] : whole;
        if (start == 1) value = -value;
        return true;
    }

    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
}
