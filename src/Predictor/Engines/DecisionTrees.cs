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

    /// <summary>Lays trees out for scoring.</summary>
    /// <param name="width">The number of features of a row.</param>
    /// <param name="start">The margin before the first tree.</param>
    /// <param name="trees">The trees, the root of each first, children behind their parents.</param>
    /// <param name="covers">How many training rows came by each node, tree after tree, as <see cref="Count"/> counts them; left out: all leaves count alike, and reasons are measured from a baseline that is no average row.</param>
    public static DecisionTrees Of(int width, float start, IReadOnlyList<IReadOnlyList<DecisionNode>> trees, IReadOnlyList<float>? covers = null)
    {
        if (covers is not null && covers.Count != trees.Sum(static tree => tree.Count)) throw new PredictorException($"there are {covers.Count} covers for {trees.Sum(static tree => tree.Count)} nodes of trees; train again.");
        var covered = new List<TreeNode[]>(trees.Count);
        int first = 0;
        foreach (IReadOnlyList<DecisionNode> tree in trees)
        {
            covered.Add(Covered(tree, covers, first));
            first += tree.Count;
        }

        return new DecisionTrees(new TreeEnsemble(width, start, covered));
    }

    /// <summary>Counts how many rows come by each node: what contributions are weighted with when the rows are those of training.</summary>
    /// <param name="rows">Rows that lie one after the other.</param>
    /// <param name="covers">One count a node, tree after tree; what is counted is added.</param>
    public void Count(ReadOnlySpan<float> rows, Span<float> covers)
    {
        int first = 0;
        foreach (TreeNode[] tree in _ensemble.Trees)
        {
            for (int row = 0; row < rows.Length; row += _ensemble.Width)
            {
                int at = 0;
                covers[first]++;
                while (tree[at].Feature >= 0)
                {
                    at = tree[at].Left + (rows[row + tree[at].Feature] < tree[at].Threshold ? 0 : 1);
                    covers[first + at]++;
                }
            }

            first += tree.Length;
        }
    }

    /// <summary>The number of nodes of all trees.</summary>
    public int Nodes => _ensemble.Trees.Sum(static tree => tree.Length);

    /// <summary>Scores rows that lie one after the other.</summary>
    /// <param name="rows">The rows' values.</param>
    /// <param name="margins">One margin a row.</param>
    public void Score(ReadOnlySpan<float> rows, Span<double> margins) => _ensemble.Score(rows, margins);

    /// <summary>Splits a row's margin into contributions; returns what belongs to no feature.</summary>
    /// <param name="row">One row.</param>
    /// <param name="contributions">One contribution a feature.</param>
    public double Explain(ReadOnlySpan<float> row, Span<double> contributions) => TreeExplanation.Explain(_ensemble, row, contributions);

    private static TreeNode[] Covered(IReadOnlyList<DecisionNode> tree, IReadOnlyList<float>? covers, int first)
    {
        var nodes = new TreeNode[tree.Count];
        for (int i = tree.Count - 1; i >= 0; i--)
        {
            DecisionNode node = tree[i];
            if (node.Feature < 0)
            {
                nodes[i] = new TreeNode(-1, 0, false, 0, node.Value, covers?[first + i] ?? 1);
                continue;
            }

            TreeNode left = nodes[node.Left], right = nodes[node.Left + 1];
            float cover = left.Cover + right.Cover;
            // A node that no row came by has no mean to speak of; its children count alike.
            float value = cover > 0 ? ((left.Value * left.Cover) + (right.Value * right.Cover)) / cover : (left.Value + right.Value) / 2;
            nodes[i] = new TreeNode(node.Feature, node.Threshold, false, node.Left, value, cover);
        }

        return nodes;
    }
}
