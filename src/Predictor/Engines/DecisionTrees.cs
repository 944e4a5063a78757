using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Engines.Managed;

namespace HpcVirt.Predictor.Engines;

/// <summary>A node of a decision tree of some engine.</summary>
/// <param name="Feature">The feature it asks for; -1 for a leaf.</param>
/// <param name="Threshold">Values below it go left.</param>
/// <param name="Left">The left child; the right one follows it.</param>
/// <param name="Value">A leaf's value.</param>
public readonly record struct DecisionNode(int Feature, float Threshold, int Left, float Value);

/// <summary>Trees of some engine, scored and explained by our code. Missing values go right, as a comparison with NaN does.</summary>
public sealed class DecisionTrees
{
    private readonly TreeEnsemble _ensemble;

    private DecisionTrees(TreeEnsemble ensemble) => _ensemble = ensemble;

    /// <summary>Lays trees out for scoring. Engines that do not say how many rows came by each node get equal shares to the left and to the right.</summary>
    /// <param name="width">The number of features of a row.</param>
    /// <param name="start">The margin before the first tree.</param>
    /// <param name="trees">The trees, the root of each first, children behind their parents.</param>
    public static DecisionTrees Of(int width, float start, IReadOnlyList<IReadOnlyList<DecisionNode>> trees) =>
        new(new TreeEnsemble(width, start, [.. trees.Select(static tree => Covered(tree))]));

    /// <summary>Scores rows that lie one after the other.</summary>
    /// <param name="rows">The rows' values.</param>
    /// <param name="margins">One margin a row.</param>
    public void Score(ReadOnlySpan<float> rows, Span<double> margins) => _ensemble.Score(rows, margins);

    /// <summary>Splits a row's margin into contributions; returns what belongs to no feature.</summary>
    /// <param name="row">One row.</param>
    /// <param name="contributions">One contribution a feature.</param>
    public double Explain(ReadOnlySpan<float> row, Span<double> contributions) => TreeExplanation.Explain(_ensemble, row, contributions);

    private static TreeNode[] Covered(IReadOnlyList<DecisionNode> tree)
    {
        var nodes = new TreeNode[tree.Count];
        for (int i = tree.Count - 1; i >= 0; i--)
        {
            DecisionNode node = tree[i];
            if (node.Feature < 0)
            {
                nodes[i] = new TreeNode(-1, 0, false, 0, node.Value, 1);
                continue;
            }

            TreeNode left = nodes[node.Left], right = nodes[node.Left + 1];
            float cover = left.Cover + right.Cover;
            nodes[i] = new TreeNode(node.Feature, node.Threshold, false, node.Left, ((left.Value * left.Cover) + (right.Value * right.Cover)) / cover, cover);
        }

        return nodes;
    }
}
