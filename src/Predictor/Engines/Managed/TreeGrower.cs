using System;
using System.Collections.Generic;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// Grows one tree on binned rows, level by level, by the gain of second-order boosting (Chen and Guestrin, KDD 2016). Rows of a node lie together in one
/// array; only the smaller child's histogram is built, the other is the difference.
/// </summary>
internal sealed class TreeGrower(BinnedTable table, EngineSettings settings, Gradients gradients)
{
    private const double GainMin = 1e-6;

    private readonly int[] _right = new int[table.Rows];
    private readonly Stack<long[]> _spare = [];
    private int[] _features = [];

    /// <summary>Grows a tree on the given rows, which are put in the order of its leaves.</summary>
    public GrownTree Grow(int[] rows, int count, int[] features)
    {
        _features = features;
        var tree = new GrownTree();
        long total = 0;
        for (int i = 0; i < count; i++) total += gradients.Packed[rows[i]];
        long[] sums = Take();
        Histogram.Build(table, rows.AsSpan(0, count), gradients.Packed, features, sums);
        tree.Add(new GrownNode { From = 0, Count = count, Total = total });
        var level = new List<(int Node, long[] Sums)> { (0, sums) };
        for (int depth = 0; depth < settings.Depth && level.Count > 0; depth++)
        {
            var next = new List<(int, long[])>();
            foreach ((int node, long[] nodeSums) in level) Split(tree, node, nodeSums, rows, next, isLast: depth + 1 == settings.Depth);
            level = next;
        }

        foreach ((_, long[] left) in level) _spare.Push(left);
        return tree;
    }

    private void Split(GrownTree tree, int at, long[] sums, int[] rows, List<(int, long[])> next, bool isLast)
    {
        GrownNode node = tree.Nodes[at];
        SplitChoice best = BestSplit(sums, node.Total);
        if (best.Gain <= GainMin)
        {
            _spare.Push(sums);
            return;
        }

        int left = Partition(rows, node, best);
        var leftNode = new GrownNode { From = node.From, Count = left, Total = best.LeftTotal };
        var rightNode = new GrownNode { From = node.From + left, Count = node.Count - left, Total = node.Total - best.LeftTotal };
        node.Feature = best.Feature;
        node.Cut = best.Cut;
        node.MissingGoesLeft = best.MissingGoesLeft;
        node.Gain = best.Gain;
        node.Left = tree.Nodes.Count;
        tree.Nodes[at] = node;
        tree.Add(leftNode);
        tree.Add(rightNode);
        if (isLast)
        {
            _spare.Push(sums);
            return;
        }

        long[] small = Take();
        bool leftIsSmall = leftNode.Count <= rightNode.Count;
        GrownNode smaller = leftIsSmall ? leftNode : rightNode;
        Histogram.Build(table, rows.AsSpan(smaller.From, smaller.Count), gradients.Packed, _features, small);
        Histogram.Subtract(sums, small, _features.Length);
        next.Add((node.Left, leftIsSmall ? small : sums));
        next.Add((node.Left + 1, leftIsSmall ? sums : small));
    }

    private SplitChoice BestSplit(long[] sums, long total)
    {
        var best = new SplitChoice { Gain = 0 };
        double lambda = settings.L2, weightMin = settings.LeafWeightMin;
        double gradientAll = (total >> 32) * gradients.GradientUnit, hessianAll = (uint)total * gradients.HessianUnit;
        if (hessianAll < 2 * weightMin) return best;
        double parent = gradientAll * gradientAll / (hessianAll + lambda);
        for (int part = 0; part < _features.Length; part++)
        {
            int feature = _features[part];
            int bins = table.Cuts[feature].Length + 1;
            ReadOnlySpan<long> own = sums.AsSpan(part * BinnedTable.BinsMax, bins + 1);
            long missing = own[0];
            // With missing values to the right, then, where there are any, to the left.
            Scan(own, 0, feature, total, parent, lambda, weightMin, ref best);
            if (missing != 0 && table.HasMissing[feature]) Scan(own, missing, feature, total, parent, lambda, weightMin, ref best);
        }

        return best;
    }

    private void Scan(ReadOnlySpan<long> own, long start, int feature, long total, double parent, double lambda, double weightMin, ref SplitChoice best)
    {
        double gUnit = gradients.GradientUnit, hUnit = gradients.HessianUnit;
        long left = start;
        for (int bin = 1; bin < own.Length; bin++)
        {
            long sum = own[bin];
            // The last bin on the left leaves the missing alone on the right: a split by being missing.
            if (sum == 0 || (bin == own.Length - 1 && (start != 0 || own[0] == 0))) continue;
            left += sum;
            double hLeft = (uint)left * hUnit;
            if (hLeft < weightMin) continue;
            long right = total - left;
            double hRight = (uint)right * hUnit;
            if (hRight < weightMin) break;
            double gLeft = (left >> 32) * gUnit, gRight = (right >> 32) * gUnit;
            double gain = (gLeft * gLeft / (hLeft + lambda)) + (gRight * gRight / (hRight + lambda)) - parent;
            if (gain > best.Gain) best = new SplitChoice { Gain = gain, Feature = feature, Cut = bin, MissingGoesLeft = start != 0, LeftTotal = left };
        }
    }

    /// <summary>Moves the rows that go left to the front, in their order; returns how many they are.</summary>
    private int Partition(int[] rows, GrownNode node, SplitChoice split)
    {
        byte[] bins = table.ByColumn;
        long start = (long)split.Feature * table.Rows;
        int kept = node.From, moved = 0, end = node.From + node.Count;
        byte cut = (byte)split.Cut;
        byte missing = split.MissingGoesLeft ? (byte)1 : (byte)0;
        for (int i = node.From; i < end; i++)
        {
            int row = rows[i];
            byte bin = bins[start + row];
            // Both are written, one counts: no branch to mispredict.
            rows[kept] = row;
            _right[moved] = row;
            int goesLeft = bin <= cut && (bin | missing) != 0 ? 1 : 0;
            kept += goesLeft;
            moved += 1 - goesLeft;
        }

        Array.Copy(_right, 0, rows, kept, moved);
        return kept - node.From;
    }

    private long[] Take() => _spare.Count > 0 ? _spare.Pop() : new long[_features.Length * BinnedTable.BinsMax];

    private struct SplitChoice
    {
        public double Gain;
        public int Feature;
        public int Cut;
        public bool MissingGoesLeft;
        public long LeftTotal;
    }
}
