using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Data;

/// <summary>
/// Readings in the order of time, whatever order the file has, in bounded memory: rows are gathered in a chunk, a full chunk is sorted and written
/// to a temporary file, and the files are merged. Rows of one node and time become one; a later row of the file wins over an earlier one.
/// </summary>
internal sealed class ReadingSort : IDisposable
{
    private readonly int _sensors;
    private readonly int _rowsMax;
    private readonly string? _scratch;
    private readonly List<SortedRun> _runs = [];
    private readonly long[] _times;
    private readonly int[] _nodes;
    private readonly double[] _values;
    private readonly Dictionary<int, long> _newest = [];
    private int _rows;

    public ReadingSort(int sensors, DatasetOptions options)
    {
        _sensors = sensors;
        _scratch = options.Scratch;
        _rowsMax = Math.Max(16, options.SortValuesMax / Math.Max(1, sensors));
        _times = new long[_rowsMax];
        _nodes = new int[_rowsMax];
        _values = new double[_rowsMax * sensors];
    }

    /// <summary>Whether a row with an empty field says that the value is missing (wide), or says nothing about it (long).</summary>
    public bool IsSparse { get; private set; }

    /// <summary>Reads everything and sorts it.</summary>
    public void Fill(ReadingsReader reader, IngestReport report)
    {
        IsSparse = reader.IsLong;
        var row = new ReadingRow { Values = new double[_sensors] };
        while (reader.TryRead(ref row))
        {
            if (_newest.TryGetValue(row.Node, out long newest) && row.TimeS < newest) report.Add(RowProblem.Unordered, reader.Line, "the row is older than the node's row before it");
            else _newest[row.Node] = row.TimeS;
            if (_rows == _rowsMax) Spill();
            _times[_rows] = row.TimeS;
            _nodes[_rows] = row.Node;
            row.Values.CopyTo(_values, _rows * _sensors);
            _rows++;
        }

        if (_runs.Count > 0 && _rows > 0) Spill();
    }

    /// <summary>All rows by time, then node; may be asked for more than once. A row is a loan until the next one.</summary>
    public IEnumerable<ReadingRow> Rows(IngestReport report)
    {
        IEnumerable<ReadingRow> sorted = _runs.Count == 0 ? Chunk() : Merge();
        var held = new ReadingRow { Values = new double[_sensors] };
        bool holds = false;
        foreach (ReadingRow row in sorted)
        {
            if (holds && row.TimeS == held.TimeS && row.Node == held.Node)
            {
                Join(held.Values, row.Values, report);
                continue;
            }

            if (holds) yield return held;
            held.TimeS = row.TimeS;
            held.Node = row.Node;
            row.Values.CopyTo(held.Values, 0);
            holds = true;
        }

        if (holds) yield return held;
    }

    public void Dispose()
    {
        foreach (SortedRun run in _runs) run.Dispose();
    }

    private static void Join(double[] held, double[] next, IngestReport report)
    {
        bool differs = false, overlaps = false;
        for (int i = 0; i < held.Length; i++)
        {
            if (double.IsNaN(next[i])) continue;
            overlaps |= !double.IsNaN(held[i]);
            differs |= !double.IsNaN(held[i]) && held[i] != next[i];
            held[i] = next[i];
        }

        if (differs) report.Add(RowProblem.Conflicting, 0, "two rows of one node and time differ");
        else if (overlaps) report.Add(RowProblem.Duplicate, 0, "a row stands twice");
    }

    private int[] Order()
    {
        int[] order = [.. Enumerable.Range(0, _rows)];
        // The place in the file is the last key: that makes the sort stable.
        Array.Sort(order, (a, b) => _times[a] != _times[b] ? _times[a].CompareTo(_times[b]) : _nodes[a] != _nodes[b] ? _nodes[a].CompareTo(_nodes[b]) : a.CompareTo(b));
        return order;
    }

    private IEnumerable<ReadingRow> Chunk()
    {
        var row = new ReadingRow { Values = new double[_sensors] };
        foreach (int i in Order())
        {
            row.TimeS = _times[i];
            row.Node = _nodes[i];
            Array.Copy(_values, i * _sensors, row.Values, 0, _sensors);
            yield return row;
        }
    }

    private void Spill()
    {
        var run = new SortedRun(_scratch, _sensors);
        _runs.Add(run);
        run.Write(Order(), _times, _nodes, _values);
        _rows = 0;
    }

    private IEnumerable<ReadingRow> Merge()
    {
        var cursors = new SortedRunCursor[_runs.Count];
        var queue = new PriorityQueue<int, (long TimeS, int Node, int Run)>();
        try
        {
            for (int i = 0; i < cursors.Length; i++)
            {
                cursors[i] = _runs[i].Read();
                if (cursors[i].Next()) queue.Enqueue(i, (cursors[i].Row.TimeS, cursors[i].Row.Node, i));
            }

            while (queue.TryPeek(out int run, out _))
            {
                yield return cursors[run].Row;
                if (cursors[run].Next()) _ = queue.DequeueEnqueue(run, (cursors[run].Row.TimeS, cursors[run].Row.Node, run));
                else _ = queue.Dequeue();
            }
        }
        finally
        {
            foreach (SortedRunCursor cursor in cursors) cursor?.Dispose();
        }
    }
}
