using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Features;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>Rules that need no training, computed from the same features: what a model has to beat to be worth its keep.</summary>
internal sealed class SimpleRules
{
    private const float Far = 3;

    private readonly List<(string Name, int[] Columns, Func<float, double> Term, double IfMissing)> _rules = [];

    public SimpleRules(FeatureSchema schema, long horizonS)
    {
        long[] windows = [.. schema.Features.Where(static f => f.WindowS > 0 && f.Source is FeatureSource.Event or FeatureSource.Failure).Select(static f => f.WindowS).Distinct().Order()];
        long nearest = windows.Length == 0 ? 0 : windows.MinBy(w => Math.Abs(w - horizonS));
        string window = Data.DurationText.Format(nearest);
        Add(schema, $"events in the last {window}", f => f.Source == FeatureSource.Event && f.Stat == FeatureStat.Count && f.WindowS == nearest && !f.Of.Contains(':', StringComparison.Ordinal) && f.Of != "maintenance", static x => x);
        Add(schema, "time since the last event", static f => f.Source == FeatureSource.Event && f.Stat == FeatureStat.Since && !f.Of.Contains(':', StringComparison.Ordinal) && f.Of != "maintenance", static x => -x, ifMissing: -1e6);
        Add(schema, $"failures in the last {window}", f => f.Source == FeatureSource.Failure && f.Of == FeatureEngine.AnyFailure && f.Stat == FeatureStat.Count && f.WindowS == nearest, static x => x);
        Add(schema, "sensors far from the fleet", static f => f.Source == FeatureSource.Sensor && f.Stat == FeatureStat.Fleet, static x => Math.Abs(x) > Far ? 1 : 0);
        Scores = new List<double>[_rules.Count];
        for (int i = 0; i < Scores.Length; i++) Scores[i] = [];
    }

    public IReadOnlyList<string> Names => [.. _rules.Select(static r => r.Name)];

    /// <summary>Per rule, one score a point.</summary>
    public List<double>[] Scores { get; }

    public void See(ReadOnlySpan<float> row)
    {
        for (int r = 0; r < _rules.Count; r++)
        {
            double sum = 0;
            foreach (int column in _rules[r].Columns) sum += float.IsNaN(row[column]) ? _rules[r].IfMissing : _rules[r].Term(row[column]);
            Scores[r].Add(sum);
        }
    }

    private void Add(FeatureSchema schema, string name, Func<FeatureSpec, bool> belongs, Func<float, double> term, double ifMissing = 0)
    {
        int[] columns = [.. Enumerable.Range(0, schema.Features.Count).Where(i => belongs(schema.Features[i]))];
        if (columns.Length > 0) _rules.Add((name, columns, term, ifMissing));
    }
}
