using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using HpcVirt.Predictor.Engines.Managed;

namespace HpcVirt.Predictor.Engines.XGBoost;

/// <summary>Reads XGBoost's JSON model into our own trees. Scored by them, it gives the library's margins bit for bit, and the library is not needed.</summary>
internal static class XGBoostJson
{
    private const int NodesMax = 1 << 20;

    public static TreeEnsemble Read(ReadOnlyMemory<byte> json, int width)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement learner = document.RootElement.GetProperty("learner");
            JsonElement parameters = learner.GetProperty("learner_model_param");
            int features = int.Parse(parameters.GetProperty("num_feature").GetString()!, CultureInfo.InvariantCulture);
            if (features != width) throw new PredictorException($"the XGBoost model takes rows of {features} features, the schema has {width}.");
            float share = float.Parse(parameters.GetProperty("base_score").GetString()!, CultureInfo.InvariantCulture);
            if (share is not (> 0 and < 1)) throw new PredictorException($"the XGBoost model has the base score {share}, which is no probability.");
            var trees = new List<TreeNode[]>();
            foreach (JsonElement tree in learner.GetProperty("gradient_booster").GetProperty("model").GetProperty("trees").EnumerateArray()) trees.Add(Tree(tree, width));
            // In floats and in this form, as the library does it.
            return new TreeEnsemble(width, -MathF.Log((1f / share) - 1f), trees);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            throw new PredictorException($"the payload is no JSON model of XGBoost ({error.Message}); train again.", error);
        }
    }

    private static TreeNode[] Tree(JsonElement tree, int width)
    {
        int[] left = Ints(tree, "left_children"), right = Ints(tree, "right_children"), feature = Ints(tree, "split_indices");
        float[] condition = Floats(tree, "split_conditions"), cover = Floats(tree, "sum_hessian");
        bool[] missingLeft = Bools(tree, "default_left");
        int count = left.Length;
        if (count is 0 or > NodesMax || right.Length != count || feature.Length != count || condition.Length != count || cover.Length != count || missingLeft.Length != count)
            throw new PredictorException("a tree of the XGBoost model has arrays of different lengths; train again.");
        // Numbered anew, by levels, so that a right child follows its left one.
        var order = new List<int> { 0 };
        var nodes = new TreeNode[count];
        bool[] seen = new bool[count];
        seen[0] = true;
        for (int i = 0; i < order.Count; i++)
        {
            int at = order[i];
            if (left[at] < 0)
            {
                nodes[i] = new TreeNode(-1, 0, false, 0, condition[at], cover[at]);
                continue;
            }

            foreach (int child in (ReadOnlySpan<int>)[left[at], right[at]])
            {
                if (child < 0 || child >= count || seen[child]) throw new PredictorException($"a tree of the XGBoost model leads to node {child}, which it lacks or has led to before; train again.");
                seen[child] = true;
            }

            if (feature[at] < 0 || feature[at] >= width) throw new PredictorException($"a tree of the XGBoost model asks for feature {feature[at]} of {width}; train again.");
            nodes[i] = new TreeNode(feature[at], condition[at], missingLeft[at], order.Count, 0, cover[at]);
            order.Add(left[at]);
            order.Add(right[at]);
        }

        Array.Resize(ref nodes, order.Count);
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            if (nodes[i].Feature < 0) continue;
            TreeNode a = nodes[nodes[i].Left], b = nodes[nodes[i].Left + 1];
            double sum = Math.Max(1e-12, a.Cover + (double)b.Cover);
            nodes[i] = nodes[i] with { Value = (float)(((a.Value * (double)a.Cover) + (b.Value * (double)b.Cover)) / sum) };
        }

        return nodes;
    }

    private static int[] Ints(JsonElement tree, string name)
    {
        JsonElement list = tree.GetProperty(name);
        int[] values = new int[list.GetArrayLength()];
        for (int i = 0; i < values.Length; i++) values[i] = list[i].GetInt32();
        return values;
    }

    private static float[] Floats(JsonElement tree, string name)
    {
        JsonElement list = tree.GetProperty(name);
        float[] values = new float[list.GetArrayLength()];
        int i = 0;
        foreach (JsonElement value in list.EnumerateArray())
        {
            if (!float.IsFinite(values[i++] = value.GetSingle())) throw new PredictorException($"a tree of the XGBoost model has a number in '{name}' that is not finite; train again.");
        }

        return values;
    }

    private static bool[] Bools(JsonElement tree, string name)
    {
        JsonElement list = tree.GetProperty(name);
        bool[] values = new bool[list.GetArrayLength()];
        int i = 0;
        foreach (JsonElement value in list.EnumerateArray()) values[i++] = value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.Number && value.GetInt32() != 0);
        return values;
    }
}
