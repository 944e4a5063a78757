using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>An interval that holds 95 % of what resampling gives.</summary>
internal readonly record struct Interval(double Low, double High);

/// <summary>
/// Bootstrap over nodes: a node's points hang together, so whole nodes are drawn with replacement, never points (Efron and Tibshirani, 1993).
/// </summary>
internal sealed class Bootstrap
{
    private readonly ScoredPoint[] _byRisk;
    private readonly int[] _slot;
    private readonly int[][] _draws;
    private readonly int _nodes;

    public Bootstrap(IReadOnlyList<ScoredPoint> points, int replicates, int seed)
    {
        _byRisk = [.. points.OrderByDescending(static p => p.Risk)];
        int[] nodes = [.. points.Select(static p => p.Node).Distinct().Order()];
        Dictionary<int, int> slotOf = nodes.Select(static (node, slot) => (node, slot)).ToDictionary(static x => x.node, static x => x.slot);
        _slot = [.. _byRisk.Select(p => slotOf[p.Node])];
        _nodes = nodes.Length;
        var random = new Random(seed);
        _draws = [.. Enumerable.Range(0, replicates).Select(_ =>
        {
            int[] times = new int[_nodes];
            for (int i = 0; i < _nodes; i++) times[random.Next(_nodes)]++;
            return times;
        })];
        SlotOf = slotOf;
    }

    public IReadOnlyDictionary<int, int> SlotOf { get; }

    public Interval AveragePrecision() => Of(AveragePrecision);

    /// <summary>The interval of a ratio of sums over nodes.</summary>
    public Interval Ratio(double[] numerators, double[] denominators) => Of(times =>
    {
        double numerator = 0, denominator = 0;
        for (int i = 0; i < times.Length; i++)
        {
            numerator += times[i] * numerators[i];
            denominator += times[i] * denominators[i];
        }

        return denominator == 0 ? double.NaN : numerator / denominator;
    });

    private Interval Of(Func<int[], double> statistic)
    {
        double[] values = [.. _draws.Select(statistic).Where(double.IsFinite).Order()];
        return values.Length == 0 ? new Interval(double.NaN, double.NaN) : new Interval(values[(int)(0.025 * (values.Length - 1))], values[(int)(0.975 * (values.Length - 1))]);
    }

    private double AveragePrecision(int[] times)
    {
        double total = 0, positives = 0, seen = 0, sum = 0;
        for (int i = 0; i < _byRisk.Length; i++) total += _byRisk[i].Label ? times[_slot[i]] : 0;
        if (total == 0) return double.NaN;
        for (int i = 0; i < _byRisk.Length;)
        {
            double group = 0;
            int j = i;
            for (; j < _byRisk.Length && _byRisk[j].Risk == _byRisk[i].Risk; j++)
            {
                int weight = times[_slot[j]];
                seen += weight;
                group += _byRisk[j].Label ? weight : 0;
            }

            positives += group;
            if (group > 0) sum += positives / seen * group / total;
            i = j;
        }

        return sum;
    }
}
