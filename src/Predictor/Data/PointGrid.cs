using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Data;

/// <summary>A node at a time: what a predictor is asked about.</summary>
internal readonly record struct Point(long TimeS, int Node);

/// <summary>
/// The points of a dataset: t = origin + k * step, for each node from when it has been observed long enough until shortly before its observation
/// ends, and not while it is down where the dataset says so.
/// </summary>
internal sealed class PointGrid
{
    private readonly long[] _firstS;
    private readonly long[] _endS;
    private readonly Outages? _outages;

    public PointGrid(HealthDataset dataset)
    {
        DatasetDescription description = dataset.Description;
        StepS = description.StepS ?? (long)dataset.Options.Step.TotalSeconds;
        OriginS = description.OriginS ?? 0;
        TimeZoneInfo zone = dataset.Options.Zone;
        long?[] starts = dataset.Nodes.TimesOf(dataset.Nodes.StartColumn, zone);
        long?[] ends = dataset.Nodes.TimesOf(dataset.Nodes.Columns.Contains(NodeTable.ObservationEnd) ? NodeTable.ObservationEnd : null, zone);
        int nodes = dataset.Nodes.HasFile ? dataset.Nodes.Listed : dataset.NodeCount;
        long earliestS = description.OriginS ?? long.MinValue;
        _firstS = [.. Enumerable.Range(0, nodes).Select(node => Math.Max(earliestS, (starts[node] ?? earliestS) + (starts[node] is null ? 0 : description.ObservedAtLeastS)))];
        _endS = [.. Enumerable.Range(0, nodes).Select(node => ends[node] is { } end ? end - description.NotInLastS : long.MaxValue)];
        if (description.SkipsWhileDown) _outages = new Outages(dataset.Failures, nodes);
    }

    public long StepS { get; }

    public long OriginS { get; }

    /// <summary>The first time of the grid that is not before a time.</summary>
    public long CeilingS(long timeS) => OriginS + ((long)Math.Ceiling((timeS - OriginS) / (double)StepS) * StepS);

    public IEnumerable<long> Times(TimeRange range)
    {
        for (long timeS = CeilingS(range.FromS); timeS <= range.ToS; timeS += StepS) yield return timeS;
    }

    /// <summary>Whether the node has a point at this time of the grid.</summary>
    public bool Has(int node, long timeS) =>
        node < _firstS.Length && timeS >= _firstS[node] && timeS < _endS[node] && _outages?.IsDown(node, timeS) != true;

    /// <summary>The points of a period, by time, then node.</summary>
    public IEnumerable<Point> Points(TimeRange range)
    {
        foreach (long timeS in Times(range))
        {
            for (int node = 0; node < _firstS.Length; node++)
            {
                if (Has(node, timeS)) yield return new Point(timeS, node);
            }
        }
    }

    /// <summary>What a period holds, to be held against the expected counts of the dataset.</summary>
    public GridCounts Count(TimeRange range, FailureIndex failures, long horizonS)
    {
        long points = 0, positives = 0, first = long.MaxValue, last = long.MinValue;
        foreach (Point point in Points(range))
        {
            points++;
            if (failures.Label(point.Node, point.TimeS, horizonS)) positives++;
            first = Math.Min(first, point.TimeS);
            last = Math.Max(last, point.TimeS);
        }

        return new GridCounts(points, positives, points == 0 ? 0 : failures.Between(first, last + horizonS).LongCount());
    }

    /// <summary>When each node was down: from an outage's start to its end, by the last row that started.</summary>
    private sealed class Outages
    {
        private readonly (long TimeS, long UntilS)[][] _rows;

        public Outages(IReadOnlyList<Failure> failures, int nodes)
        {
            ILookup<int, Failure> byNode = failures.ToLookup(static f => f.Node);
            _rows = [.. Enumerable.Range(0, nodes).Select(node => byNode[node].Select(static f => (f.TimeS, f.UntilS ?? long.MaxValue)).ToArray())];
        }

        public bool IsDown(int node, long timeS)
        {
            (long TimeS, long UntilS)[] rows = _rows[node];
            int low = 0, high = rows.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (rows[middle].TimeS > timeS) high = middle;
                else low = middle + 1;
            }

            return low > 0 && timeS < rows[low - 1].UntilS;
        }
    }
}
