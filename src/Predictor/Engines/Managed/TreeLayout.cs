using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// Trees laid out for scoring, eight bytes a node. Eight rows lie value by value beside one another, each value twice: once with missing as -infinity, once as +infinity, and a node
/// asks for the copy that sends missing values its way. So a step down is one comparison and no branch. Nothing is at least NaN: a leaf asks for that and leads to itself, so that
/// all walks down a tree take the same number of steps.
/// </summary>
internal sealed class TreeLayout
{
    /// <summary>How many walks go side by side.</summary>
    public const int Side = 8;

    private readonly Node[] _nodes;
    private readonly float[] _values;
    private readonly int[] _roots;
    private readonly int[] _depths;
    private readonly int _width;

    public TreeLayout(int width, IReadOnlyList<TreeNode[]> trees)
    {
        _width = width;
        _roots = new int[trees.Count + 1];
        _depths = new int[trees.Count];
        for (int t = 0; t < trees.Count; t++)
        {
            _roots[t + 1] = _roots[t] + trees[t].Length;
            _depths[t] = DepthOf(trees[t], 0);
        }

        _nodes = new Node[_roots[^1]];
        _values = new float[_roots[^1]];
        for (int t = 0; t < trees.Count; t++)
        {
            for (int i = 0; i < trees[t].Length; i++)
            {
                TreeNode node = trees[t][i];
                _values[_roots[t] + i] = node.Value;
                _nodes[_roots[t] + i] = node.Feature < 0
                    ? new Node { Threshold = float.NaN, At = 0, Left = (ushort)i }
                    : new Node { Threshold = node.Threshold, At = (ushort)(((node.MissingGoesLeft ? 0 : width) + node.Feature) * Side), Left = (ushort)node.Left };
            }
        }
    }

    /// <summary>Whether the trees fit packed nodes.</summary>
    public static bool Fits(int width, IReadOnlyList<TreeNode[]> trees) => GroupValues(width) <= ushort.MaxValue && trees.All(static t => t.Length <= ushort.MaxValue);

    /// <summary>How many values eight prepared rows are.</summary>
    public static int GroupValues(int width) => 2 * width * Side;

    /// <summary>Puts a row into its lane of a group of eight, the first place of which is given.</summary>
    public void Prepare(ReadOnlySpan<float> row, Span<float> lane)
    {
        int second = _width * Side;
        for (int f = 0; f < row.Length; f++)
        {
            float value = row[f];
            bool isMissing = float.IsNaN(value);
            lane[f * Side] = isMissing ? float.NegativeInfinity : value;
            lane[second + (f * Side)] = isMissing ? float.PositiveInfinity : value;
        }
    }

    /// <summary>The end of a block of trees that begins with a given one: as many as have so many nodes together, and one at least.</summary>
    public int BlockEnd(int from, int nodesMax)
    {
        int to = from + 1;
        while (to < _depths.Length && _roots[to + 1] - _roots[from] <= nodesMax) to++;
        return to;
    }

    /// <summary>Adds what some trees say of eight rows to their sums.</summary>
    public void Add(ReadOnlySpan<float> group, int fromTree, int toTree, Span<float> sums)
    {
        ref float row = ref MemoryMarshal.GetReference(group);
        ref Node nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        ref float values = ref MemoryMarshal.GetArrayDataReference(_values);
        float m0 = sums[0], m1 = sums[1], m2 = sums[2], m3 = sums[3], m4 = sums[4], m5 = sums[5], m6 = sums[6], m7 = sums[7];
        for (int t = fromTree; t < toTree; t++)
        {
            ref Node root = ref Unsafe.Add(ref nodes, _roots[t]);
            ref float value = ref Unsafe.Add(ref values, _roots[t]);
            nint a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
            for (int depth = _depths[t]; depth > 0; depth--)
            {
                a = Step(ref root, ref row, a, 0);
                b = Step(ref root, ref row, b, 1);
                c = Step(ref root, ref row, c, 2);
                d = Step(ref root, ref row, d, 3);
                e = Step(ref root, ref row, e, 4);
                f = Step(ref root, ref row, f, 5);
                g = Step(ref root, ref row, g, 6);
                h = Step(ref root, ref row, h, 7);
            }

            m0 += Unsafe.Add(ref value, a);
            m1 += Unsafe.Add(ref value, b);
            m2 += Unsafe.Add(ref value, c);
            m3 += Unsafe.Add(ref value, d);
            m4 += Unsafe.Add(ref value, e);
            m5 += Unsafe.Add(ref value, f);
            m6 += Unsafe.Add(ref value, g);
            m7 += Unsafe.Add(ref value, h);
        }

        (sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]) = (m0, m1, m2, m3, m4, m5, m6, m7);
    }

    /// <summary>One row, in the first lane of its group: down four trees at a time.</summary>
    public float ScoreOne(ReadOnlySpan<float> group, float start)
    {
        ref float row = ref MemoryMarshal.GetReference(group);
        ref Node nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        float margin = start;
        int t = 0, trees = _depths.Length;
        for (; t <= trees - 4; t += 4)
        {
            ref Node ra = ref Unsafe.Add(ref nodes, _roots[t]), rb = ref Unsafe.Add(ref nodes, _roots[t + 1]);
            ref Node rc = ref Unsafe.Add(ref nodes, _roots[t + 2]), rd = ref Unsafe.Add(ref nodes, _roots[t + 3]);
            nint a = 0, b = 0, c = 0, d = 0;
            int depth = Math.Max(Math.Max(_depths[t], _depths[t + 1]), Math.Max(_depths[t + 2], _depths[t + 3]));
            for (; depth > 0; depth--)
            {
                a = Step(ref ra, ref row, a, 0);
                b = Step(ref rb, ref row, b, 0);
                c = Step(ref rc, ref row, c, 0);
                d = Step(ref rd, ref row, d, 0);
            }

            // In the order of the trees: a sum of floats depends on it.
            margin += _values[_roots[t] + a];
            margin += _values[_roots[t + 1] + b];
            margin += _values[_roots[t + 2] + c];
            margin += _values[_roots[t + 3] + d];
        }

        for (; t < trees; t++)
        {
            ref Node root = ref Unsafe.Add(ref nodes, _roots[t]);
            nint at = 0;
            for (int depth = _depths[t]; depth > 0; depth--) at = Step(ref root, ref row, at, 0);
            margin += _values[_roots[t] + at];
        }

        return margin;
    }

    private static int DepthOf(TreeNode[] tree, int at) =>
        tree[at].Feature < 0 ? 0 : 1 + Math.Max(DepthOf(tree, tree[at].Left), DepthOf(tree, tree[at].Left + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Step(ref Node root, ref float row, nint at, int lane)
    {
        ref Node node = ref Unsafe.Add(ref root, at);
        // Prepared values are never NaN, so "not below" is "at least".
        return (nint)node.Left + (Unsafe.Add(ref row, (nint)node.At + lane) >= node.Threshold ? 1 : 0);
    }

    private struct Node
    {
        public float Threshold;

        /// <summary>Where in a group the asked value of the first row lies.</summary>
        public ushort At;

        /// <summary>The left child, counted from the root; the right one follows it. A leaf's is itself.</summary>
        public ushort Left;
    }
}
