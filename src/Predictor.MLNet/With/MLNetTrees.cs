using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Engines;
using Microsoft.ML.Trainers.FastTree;

namespace HpcVirt.Predictor.MLNet;

/// <summary>Takes the trees of an ML.NET model out: its "at most" becomes our "below the next float", its weights go into the leaves.</summary>
internal static class MLNetTrees
{
    /// <summary>The trees of all members, as if of one.</summary>
    /// <param name="members">The members, and what a score of each counts in log-odds.</param>
    /// <param name="width">The number of inputs.</param>
    /// <param name="covers">How many training rows came by each node; null where that was not counted.</param>
    public static DecisionTrees Of(IReadOnlyList<(MLNetTreeList List, double Weight)> members, int width, float[]? covers)
    {
        var trees = new List<IReadOnlyList<DecisionNode>>();
        double bias = 0;
        foreach ((MLNetTreeList list, double weight) in members)
        {
            bias += list.Bias * weight;
            for (int t = 0; t < list.Trees.Count; t++) trees.Add(Tree(list.Trees[t], list.Weights[t] * weight));
        }

        return DecisionTrees.Of(width, (float)bias, trees, covers);
    }

    private static List<DecisionNode> Tree(RegressionTreeBase tree, double weight)
    {
        var nodes = new List<DecisionNode>();
        // A child below zero is the leaf of its complement; a tree without a split is one leaf.
        var waiting = new Queue<(int Child, int At)>();
        nodes.Add(default);
        waiting.Enqueue((tree.NumberOfNodes == 0 ? ~0 : 0, 0));
        while (waiting.TryDequeue(out (int Child, int At) next))
        {
            if (next.Child < 0)
            {
                nodes[next.At] = new DecisionNode(-1, 0, 0, (float)(tree.LeafValues[~next.Child] * weight));
                continue;
            }

            int left = nodes.Count;
            nodes.Add(default);
            nodes.Add(default);
            nodes[next.At] = new DecisionNode(tree.NumericalSplitFeatureIndexes[next.Child], MathF.BitIncrement(tree.NumericalSplitThresholds[next.Child]), left, 0);
            waiting.Enqueue((tree.LeftChild[next.Child], left));
            waiting.Enqueue((tree.RightChild[next.Child], left + 1));
        }

        return nodes;
    }
}
