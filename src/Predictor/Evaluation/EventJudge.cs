using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>
/// Judges alerts as an operator feels them. A failure f is caught if its node has an alert at a point t with f - H &lt;= t &lt;= f - lead. An alert moves the node's work: further alerts of
/// that node are ignored until H later, and the move was right if a failure starts in (t, t + H].
/// </summary>
internal sealed class EventJudge
{
    private const double JudgedPointsMax = 2e8;
    private const double FirstRank = 5;
    private const double FarRatio = 1.5;

    private readonly ScoredPoint[] _points;
    private readonly Dictionary<int, (int From, int To)> _rangeOfNode = [];
    private readonly (int Node, long TimeS, int Kind)[] _failures;
    private readonly long _horizonS;
    private readonly long _leadS;
    private readonly double _nodeMonths;

    public EventJudge(IReadOnlyList<ScoredPoint> points, FailureIndex failures, long horizonS, long leadS, long stepS)
    {
        _points = [.. points.OrderBy(static p => p.Node).ThenBy(static p => p.TimeS)];
        _horizonS = horizonS;
        _leadS = leadS;
        _nodeMonths = points.Count * (stepS / 3600.0) / 730;
        for (int i = 0; i < _points.Length;)
        {
            int j = i;
            while (j < _points.Length && _points[j].Node == _points[i].Node) j++;
            _rangeOfNode.Add(_points[i].Node, (i, j));
            i = j;
        }

        long firstS = points.Count == 0 ? 0 : points.Min(static p => p.TimeS), lastS = points.Count == 0 ? -1 : points.Max(static p => p.TimeS);
        _failures = [.. failures.Between(firstS, lastS + horizonS)];
    }

    public int Failures => _failures.Length;

    /// <summary>The points by node, then time.</summary>
    public ReadOnlySpan<ScoredPoint> Points => _points;

    public double NodeMonths => _nodeMonths;

    /// <summary>What alerts at and above a threshold would have done.</summary>
    public EventOutcome Judge(double threshold)
    {
        int migrations = 0, right = 0;
        foreach ((int from, int to) in _rangeOfNode.Values)
        {
            long quietUntilS = long.MinValue;
            for (int i = from; i < to; i++)
            {
                if (_points[i].Risk < threshold || _points[i].TimeS < quietUntilS) continue;
                migrations++;
                right += _points[i].Label ? 1 : 0;
                quietUntilS = _points[i].TimeS + _horizonS;
            }
        }

        var leads = new List<double>();
        var caughtByKind = new SortedDictionary<int, (int Failures, int Caught)>();
        foreach ((int node, long timeS, int kind) in _failures)
        {
            long? leadS = LeadOf(node, timeS, threshold);
            (int failures, int caught) = caughtByKind.GetValueOrDefault(kind);
            caughtByKind[kind] = (failures + 1, caught + (leadS is null ? 0 : 1));
            if (leadS is { } lead) leads.Add(lead / 3600.0);
        }

        leads.Sort();
        return new EventOutcome(threshold, _failures.Length, leads.Count, migrations, right, leads, (migrations - right) / Math.Max(1e-9, _nodeMonths), migrations / Math.Max(1e-9, _nodeMonths), caughtByKind);
    }

    /// <summary>Failures caught, failures, right moves and moves of each node that has points.</summary>
    public (double[] Caught, double[] Failures, double[] Right, double[] Moves) ByNode(double threshold, IReadOnlyDictionary<int, int> slotOf)
    {
        double[] caught = new double[slotOf.Count], failures = new double[slotOf.Count], right = new double[slotOf.Count], moves = new double[slotOf.Count];
        foreach ((int node, long timeS, _) in _failures)
        {
            if (!slotOf.TryGetValue(node, out int slot)) continue;
            failures[slot]++;
            if (LeadOf(node, timeS, threshold) is not null) caught[slot]++;
        }

        foreach ((int node, (int from, int to)) in _rangeOfNode)
        {
            long quietUntilS = long.MinValue;
            for (int i = from; i < to; i++)
            {
                if (_points[i].Risk < threshold || _points[i].TimeS < quietUntilS) continue;
                moves[slotOf[node]]++;
                right[slotOf[node]] += _points[i].Label ? 1 : 0;
                quietUntilS = _points[i].TimeS + _horizonS;
            }
        }

        return (caught, failures, right, moves);
    }

    /// <summary>Thresholds worth trying: the scores of the highest points, ever more widely spaced, and the more of them the fewer points there are to judge.</summary>
    public double[] Candidates(int? most = null)
    {
        int count = most ?? (int)Math.Clamp(JudgedPointsMax / Math.Max(1, _points.Length), 120, 800);
        double[] risks = [.. _points.Select(static p => p.Risk)];
        Array.Sort(risks);
        // Beyond ten alerts a positive nobody looks closely.
        double near = Math.Min(risks.Length, Math.Max(1000.0, 10.0 * _points.Count(static p => p.Label)));
        double ratio = Math.Pow(Math.Max(2, near / FirstRank), 1.0 / count);
        var chosen = new SortedSet<double>();
        for (double rank = FirstRank; rank <= risks.Length; rank = Math.Ceiling(rank * (rank < near ? ratio : FarRatio))) chosen.Add(risks[risks.Length - (int)rank]);
        return [.. chosen.Reverse()];
    }

    private long? LeadOf(int node, long failureS, double threshold)
    {
        if (!_rangeOfNode.TryGetValue(node, out (int From, int To) range)) return null;
        int low = range.From, high = range.To;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_points[middle].TimeS < failureS - _horizonS) low = middle + 1;
            else high = middle;
        }

        for (int i = low; i < range.To && _points[i].TimeS <= failureS - _leadS; i++)
        {
            if (_points[i].Risk >= threshold) return failureS - _points[i].TimeS;
        }

        return null;
    }
}
