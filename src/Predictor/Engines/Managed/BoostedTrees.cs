using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>Trains gradient-boosted trees on the logistic loss; several bags are averaged into one ensemble.</summary>
internal static class BoostedTrees
{
    public static TreeEnsemble Train(TrainingData data, EngineSettings settings, Action<double>? onProgress)
    {
        BinnedTable table = BinnedTable.Of(data, settings.Bins);
        float start = (float)Math.Log(data.Positives / (double)(data.Rows - data.Positives));
        var trees = new List<TreeNode[]>();
        for (int bag = 0; bag < settings.Bags; bag++)
        {
            int done = bag;
            TrainBag(data, table, settings, start, new Random((settings.Seed * 7919) + bag), trees, share => onProgress?.Invoke((done + share) / settings.Bags));
        }

        return new TreeEnsemble(data.Width, start, trees);
    }

    private static void TrainBag(TrainingData data, BinnedTable table, EngineSettings settings, float start, Random random, List<TreeNode[]> trees, Action<double> onProgress)
    {
        var gradients = new Gradients(data.Rows);
        var grower = new TreeGrower(table, settings, gradients);
        float[] margins = new float[data.Rows];
        Array.Fill(margins, start);
        int[] rows = new int[data.Rows];
        bool takesAll = settings.RowShare >= 1;
        int features = Math.Max(1, (int)Math.Round(data.Width * settings.ColumnShare));
        int[] columns = [.. Enumerable.Range(0, data.Width)];
        for (int t = 0; t < settings.Trees; t++)
        {
            gradients.Compute(margins, data.Labels.Span, (uint)random.Next());
            int count = Sample(rows, takesAll, settings.RowShare, random);
            int[] chosen = features == data.Width ? columns : Choose(columns, features, random);
            GrownTree tree = grower.Grow(rows, count, chosen);
            TreeNode[] nodes = Finish(tree, table, settings, gradients, rows);
            if (takesAll) AddLeaves(tree, nodes, rows, margins);
            else AddAll(tree, nodes, table, margins);
            if (settings.Bags > 1) for (int i = 0; i < nodes.Length; i++) nodes[i] = nodes[i] with { Value = nodes[i].Value / settings.Bags };
            trees.Add(nodes);
            if (t % 16 == 15) onProgress((t + 1) / (double)settings.Trees);
        }
    }

    private static int Sample(int[] rows, bool takesAll, double share, Random random)
    {
        int count = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            if (takesAll || random.NextDouble() < share) rows[count++] = row;
        }

        if (count == 0) rows[count++] = 0;
        return count;
    }

    private static int[] Choose(int[] columns, int count, Random random)
    {
        int[] shuffled = [.. columns];
        for (int i = 0; i < count; i++)
        {
            int j = random.Next(i, shuffled.Length);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        int[] chosen = shuffled[..count];
        Array.Sort(chosen);
        return chosen;
    }

    /// <summary>Leaf values from the rows' own gradients, not from the rounded ones; inner nodes get the mean of what is below them.</summary>
    private static TreeNode[] Finish(GrownTree tree, BinnedTable table, EngineSettings settings, Gradients gradients, int[] rows)
    {
        var nodes = new TreeNode[tree.Nodes.Count];
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            GrownNode grown = tree.Nodes[i];
            if (grown.Left == 0)
            {
                double gradient = 0, hessian = 0;
                for (int r = grown.From; r < grown.From + grown.Count; r++)
                {
                    gradient += gradients.Gradient[rows[r]];
                    hessian += gradients.Hessian[rows[r]];
                }

                nodes[i] = new TreeNode(-1, 0, false, 0, (float)(-settings.LearningRate * gradient / (hessian + settings.L2)), grown.Count);
                continue;
            }

            TreeNode left = nodes[grown.Left], right = nodes[grown.Left + 1];
            float mean = (float)(((left.Value * (double)left.Cover) + (right.Value * (double)right.Cover)) / Math.Max(1, left.Cover + right.Cover));
            float[] cuts = table.Cuts[grown.Feature];
            // A split behind the last bin parts the missing from the rest.
            float threshold = grown.Cut - 1 < cuts.Length ? cuts[grown.Cut - 1] : float.PositiveInfinity;
            nodes[i] = new TreeNode(grown.Feature, threshold, grown.MissingGoesLeft, grown.Left, mean, grown.Count);
        }

        return nodes;
    }

    private static void AddLeaves(GrownTree tree, TreeNode[] nodes, int[] rows, float[] margins)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            if (tree.Nodes[i].Left != 0) continue;
            for (int r = tree.Nodes[i].From; r < tree.Nodes[i].From + tree.Nodes[i].Count; r++) margins[rows[r]] += nodes[i].Value;
        }
    }

    private static void AddAll(GrownTree tree, TreeNode[] nodes, BinnedTable table, float[] margins)
    {
        GrownNode[] grown = [.. tree.Nodes];
        for (int row = 0; row < margins.Length; row++)
        {
            int at = 0;
            while (grown[at].Left != 0)
            {
                byte bin = table.ByRow[((long)row * table.Width) + grown[at].Feature];
                bool left = bin == 0 ? grown[at].MissingGoesLeft : bin <= grown[at].Cut;
                at = grown[at].Left + (left ? 0 : 1);
            }

            margins[row] += nodes[at].Value;
        }
    }
}
