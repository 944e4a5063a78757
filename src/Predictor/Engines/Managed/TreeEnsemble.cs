using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// Trees laid out for scoring. A row is copied twice into a work row: once with missing values as -infinity, once as +infinity, and a node asks the copy that sends them
/// its way. So a step down is one comparison and no branch. A leaf asks a question whose answer leads to itself, so all trees of a depth take the
/// same number of steps, and several walk side by side.
/// </summary>
internal sealed class TreeEnsemble
{
    private const int Side = 8;

    private readonly Node[] _nodes;
    private readonly float[] _values;
    private readonly int[] _roots;
    private readonly int[] _depths;

    public TreeEnsemble(int width, float start, IReadOnlyList<TreeNode[]> trees)
    {
        Width = width;
        Start = start;
        Trees = trees;
        _roots = new int[trees.Count];
        _depths = new int[trees.Count];
        int nodes = 0;
        for (int t = 0; t < trees.Count; t++)
        {
            _roots[t] = nodes;
            _depths[t] = DepthOf(trees[t], 0);
            nodes += trees[t].Length;
        }

        _nodes = new Node[nodes];
        _values = new float[nodes];
        for (int t = 0; t < trees.Count; t++)
        {
            for (int i = 0; i < trees[t].Length; i++)
            {
                TreeNode node = trees[t][i];
                int at = _roots[t] + i;
                _values[at] = node.Value;
                // Nothing is below NaN: a leaf always goes to its "right child", which is itself.
                _nodes[at] = node.Feature < 0
                    ? new Node { Threshold = float.NaN, Feature = 0, Left = at - 1 }
                    : new Node { Threshold = node.Threshold, Feature = node.MissingGoesLeft ? node.Feature : width + node.Feature, Left = _roots[t] + node.Left };
            }
        }
    }

    public int Width { get; }

    public float Start { get; }

    public IReadOnlyList<TreeNode[]> Trees { get; }

    public void Score(ReadOnlySpan<float> rows, Span<double> margins)
    {
        float[] work = new float[2 * Width * Side];
        for (int row = 0; row < margins.Length; row += Side)
        {
            int count = Math.Min(Side, margins.Length - row);
            for (int i = 0; i < count; i++) Prepare(rows.Slice((row + i) * Width, Width), work.AsSpan(i * 2 * Width, 2 * Width));
            if (count == Side) ScoreSide(work, margins.Slice(row, Side));
            else for (int i = 0; i < count; i++) margins[row + i] = ScoreOne(work.AsSpan(i * 2 * Width, 2 * Width));
        }
    }

    private static int DepthOf(TreeNode[] tree, int at) =>
        tree[at].Feature < 0 ? 0 : 1 + Math.Max(DepthOf(tree, tree[at].Left), DepthOf(tree, tree[at].Left + 1));

    private void Prepare(ReadOnlySpan<float> row, Span<float> work)
    {
        for (int f = 0; f < row.Length; f++)
        {
            float value = row[f];
            bool isMissing = float.IsNaN(value);
            work[f] = isMissing ? float.NegativeInfinity : value;
            work[Width + f] = isMissing ? float.PositiveInfinity : value;
        }
    }

    /// <summary>One row: four trees walk side by side, so that one's memory is fetched while another compares.</summary>
    private float ScoreOne(ReadOnlySpan<float> work)
    {
        ref float row = ref MemoryMarshal.GetReference(work);
        ref Node nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        float margin = Start;
        int t = 0;
        for (; t <= _roots.Length - 4; t += 4)
        {
            int a = _roots[t], b = _roots[t + 1], c = _roots[t + 2], d = _roots[t + 3];
            int depth = Math.Max(Math.Max(_depths[t], _depths[t + 1]), Math.Max(_depths[t + 2], _depths[t + 3]));
            for (; depth > 0; depth--)
            {
                a = Step(ref nodes, ref row, a);
                b = Step(ref nodes, ref row, b);
                c = Step(ref nodes, ref row, c);
                d = Step(ref nodes, ref row, d);
            }

            // In the order of the trees: a sum of floats depends on it.
            margin += _values[a];
            margin += _values[b];
            margin += _values[c];
            margin += _values[d];
        }

        for (; t < _roots.Length; t++)
        {
            int at = _roots[t];
            for (int depth = _depths[t]; depth > 0; depth--) at = Step(ref nodes, ref row, at);
            margin += _values[at];
        }

        return margin;
    }

    /// <summary>Eight rows walk down one tree, which stays in the nearest cache.</summary>
    private void ScoreSide(float[] work, Span<double> margins)
    {
        ref Node nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        ref float r0 = ref MemoryMarshal.GetArrayDataReference(work);
        int stride = 2 * Width;
        ref float r1 = ref Unsafe.Add(ref r0, stride), r2 = ref Unsafe.Add(ref r1, stride), r3 = ref Unsafe.Add(ref r2, stride);
        ref float r4 = ref Unsafe.Add(ref r3, stride), r5 = ref Unsafe.Add(ref r4, stride), r6 = ref Unsafe.Add(ref r5, stride), r7 = ref Unsafe.Add(ref r6, stride);
        float m0 = Start, m1 = Start, m2 = Start, m3 = Start, m4 = Start, m5 = Start, m6 = Start, m7 = Start;
        for (int t = 0; t < _roots.Length; t++)
        {
            int root = _roots[t];
            int a = root, b = root, c = root, d = root;
            for (int depth = _depths[t]; depth > 0; depth--)
            {
                a = Step(ref nodes, ref r0, a);
                b = Step(ref nodes, ref r1, b);
                c = Step(ref nodes, ref r2, c);
                d = Step(ref nodes, ref r3, d);
            }

            m0 += _values[a];
            m1 += _values[b];
            m2 += _values[c];
            m3 += _values[d];
            a = root;
            b = root;
            c = root;
            d = root;
            for (int depth = _depths[t]; depth > 0; depth--)
            {
                a = Step(ref nodes, ref r4, a);
                b = Step(ref nodes, ref r5, b);
                c = Step(ref nodes, ref r6, c);
                d = Step(ref nodes, ref r7, d);
            }

            m4 += _values[a];
            m5 += _values[b];
            m6 += _values[c];
            m7 += _values[d];
        }

        (margins[0], margins[1], margins[2], margins[3], margins[4], margins[5], margins[6], margins[7]) = (m0, m1, m2, m3, m4, m5, m6, m7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Step(ref Node nodes, ref float row, int at)
    {
        ref Node node = ref Unsafe.Add(ref nodes, at);
        return node.Left + (Unsafe.Add(ref row, node.Feature) < node.Threshold ? 0 : 1);
    }

    private struct Node
    {
        public float Threshold;
        public int Feature;
        public int Left;
    }
}
