using System;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// Splits a margin into contributions of features: exact Shapley values of the trees, by the path-dependent algorithm of Lundberg et al. (Nature Machine
/// Intelligence 2020, algorithm 2). Polynomial where the definition is exponential; used for single rows.
/// </summary>
internal static class TreeExplanation
{
    public static double Explain(TreeEnsemble ensemble, ReadOnlySpan<float> row, Span<double> contributions)
    {
        contributions.Clear();
        double bias = ensemble.Start;
        foreach (TreeNode[] tree in ensemble.Trees)
        {
            bias += tree[0].Value;
            if (tree[0].Feature < 0) continue;
            var path = new Path[1];
            Walk(tree, 0, row, contributions, path, 0, 1, 1, -1);
        }

        return bias;
    }

    private static void Walk(TreeNode[] tree, int at, ReadOnlySpan<float> row, Span<double> contributions, Path[] parent, int depth, double zero, double one, int feature)
    {
        var path = new Path[depth + 1];
        Array.Copy(parent, path, depth);
        Extend(path, depth, zero, one, feature);
        TreeNode node = tree[at];
        if (node.Feature < 0)
        {
            for (int i = 1; i <= depth; i++)
            {
                double weight = UnwoundSum(path, depth, i);
                contributions[path[i].Feature] += weight * (path[i].One - path[i].Zero) * node.Value;
            }

            return;
        }

        float value = row[node.Feature];
        bool goesLeft = float.IsNaN(value) ? node.MissingGoesLeft : value < node.Threshold;
        int hot = goesLeft ? node.Left : node.Left + 1, cold = goesLeft ? node.Left + 1 : node.Left;
        double cover = Math.Max(1e-12, tree[node.Left].Cover + (double)tree[node.Left + 1].Cover);
        double incomingZero = 1, incomingOne = 1;
        int length = depth;
        int before = Array.FindIndex(path, 1, depth, p => p.Feature == node.Feature);
        if (before >= 0)
        {
            (incomingZero, incomingOne) = (path[before].Zero, path[before].One);
            Unwind(path, length, before);
            length--;
        }

        Walk(tree, hot, row, contributions, path, length + 1, incomingZero * tree[hot].Cover / cover, incomingOne, node.Feature);
        Walk(tree, cold, row, contributions, path, length + 1, incomingZero * tree[cold].Cover / cover, 0, node.Feature);
    }

    private static void Extend(Path[] path, int depth, double zero, double one, int feature)
    {
        path[depth] = new Path { Feature = feature, Zero = zero, One = one, Weight = depth == 0 ? 1 : 0 };
        for (int i = depth - 1; i >= 0; i--)
        {
            path[i + 1].Weight += one * path[i].Weight * (i + 1) / (depth + 1);
            path[i].Weight = zero * path[i].Weight * (depth - i) / (depth + 1);
        }
    }

    private static void Unwind(Path[] path, int depth, int at)
    {
        double one = path[at].One, zero = path[at].Zero, next = path[depth].Weight;
        for (int i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                double kept = path[i].Weight;
                path[i].Weight = next * (depth + 1) / ((i + 1) * one);
                next = kept - (path[i].Weight * zero * (depth - i) / (depth + 1));
            }
            else
            {
                path[i].Weight = path[i].Weight * (depth + 1) / (zero * (depth - i));
            }
        }

        for (int i = at; i < depth; i++) (path[i].Feature, path[i].Zero, path[i].One) = (path[i + 1].Feature, path[i + 1].Zero, path[i + 1].One);
    }

    private static double UnwoundSum(Path[] path, int depth, int at)
    {
        double one = path[at].One, zero = path[at].Zero, next = path[depth].Weight, total = 0;
        for (int i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                double weight = next * (depth + 1) / ((i + 1) * one);
                total += weight;
                next = path[i].Weight - (weight * zero * (depth - i) / (depth + 1));
            }
            else if (zero != 0)
            {
                total += path[i].Weight / (zero * (depth - i) / (depth + 1.0));
            }
        }

        return total;
    }

    private struct Path
    {
        public int Feature;
        public double Zero;
        public double One;
        public double Weight;
    }
}
