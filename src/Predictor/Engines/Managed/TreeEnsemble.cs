using System;
using System.Collections.Generic;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// Trees, and their scoring. Rows are scored in blocks: some trees that fit the nearest cache together, by eight rows at a time; a single row walks down four
/// trees at a time. Several walks then wait for memory side by side.
/// </summary>
internal sealed class TreeEnsemble
{
    private const int BlockRows = 128;
    private const int BlockNodes = 2048;

    private readonly TreeLayout? _layout;

    public TreeEnsemble(int width, float start, IReadOnlyList<TreeNode[]> trees)
    {
        Width = width;
        Start = start;
        Trees = trees;
        // What does not fit the packed nodes is scored all the same, only more slowly.
        _layout = TreeLayout.Fits(width, trees) ? new TreeLayout(width, trees) : null;
    }

    public int Width { get; }

    public float Start { get; }

    public IReadOnlyList<TreeNode[]> Trees { get; }

    public void Score(ReadOnlySpan<float> rows, Span<double> margins)
    {
        if (_layout is null)
        {
            for (int i = 0; i < margins.Length; i++) margins[i] = ScorePlainly(rows.Slice(i * Width, Width));
            return;
        }

        if (margins.Length == 1)
        {
            Span<float> own = Width <= 1024 ? stackalloc float[TreeLayout.GroupValues(Width)] : new float[TreeLayout.GroupValues(Width)];
            _layout.Prepare(rows[..Width], own);
            margins[0] = _layout.ScoreOne(own, Start);
            return;
        }

        int groupValues = TreeLayout.GroupValues(Width), blockRows = Math.Min(BlockRows, margins.Length);
        float[] block = new float[(blockRows + TreeLayout.Side - 1) / TreeLayout.Side * groupValues], sums = new float[BlockRows];
        for (int row = 0; row < margins.Length; row += BlockRows)
        {
            int count = Math.Min(BlockRows, margins.Length - row);
            for (int i = 0; i < count; i++) _layout.Prepare(rows.Slice((row + i) * Width, Width), block.AsSpan(i / TreeLayout.Side * groupValues)[(i % TreeLayout.Side)..]);
            Array.Fill(sums, Start);
            for (int from = 0; from < Trees.Count;)
            {
                int to = _layout.BlockEnd(from, BlockNodes);
                // The last group's lanes beyond the last row walk along, over values of earlier rows, and are not looked at.
                for (int i = 0; i < count; i += TreeLayout.Side) _layout.Add(block.AsSpan(i / TreeLayout.Side * groupValues, groupValues), from, to, sums.AsSpan(i, TreeLayout.Side));
                from = to;
            }

            for (int i = 0; i < count; i++) margins[row + i] = sums[i];
        }
    }

    /// <summary>What <see cref="Score"/> does, as the trees are defined.</summary>
    internal float ScorePlainly(ReadOnlySpan<float> row)
    {
        float margin = Start;
        foreach (TreeNode[] tree in Trees)
        {
            int at = 0;
            while (tree[at].Feature >= 0)
            {
                float value = row[tree[at].Feature];
                bool goesLeft = float.IsNaN(value) ? tree[at].MissingGoesLeft : value < tree[at].Threshold;
                at = tree[at].Left + (goesLeft ? 0 : 1);
            }

            margin += tree[at].Value;
        }

        return margin;
    }
}
