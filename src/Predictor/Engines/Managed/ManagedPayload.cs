using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// The payload of the managed engine. All numbers little-endian. The model file around it holds its checksum.
/// <code>
/// offset  bytes
///      0      8  magic "HVTREES\0"
///      8      4  format version, 1
///     12      4  width: the number of features
///     16      8  weight of the linear part in the sum of margins
///     24      4  number of trees T; 0: no trees
///     28      4  start: the margin before the first tree (float)
///                per tree: number of nodes (4), then per node
///             4  feature, -1 for a leaf
///             4  left child (the right one follows it); bit 31: missing values go left
///             4  threshold: values below go left (float)
///             4  value (float)
///             4  cover: training rows that came here (float)
///      .      4  number of inputs of the linear part I; 0: no linear part
///                per feature: mean (8), spread (8), whether it may be missing (1)
///                I + 1 weights (8 each), the last one the intercept
/// </code>
/// docs/formats/managed-payload.md is the page of this file.
/// </summary>
internal static class ManagedPayload
{
    public const int FormatVersion = 1;
    private const int NodeBytes = 20;
    private const int NodesMax = 1 << 16;
    private const uint MissingLeft = 1u << 31;

    private static readonly byte[] Magic = "HVTREES\0"u8.ToArray();

    public static byte[] Encode(TreeEnsemble? trees, LinearModel? linear, double linearWeight)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(FormatVersion);
        writer.Write(trees?.Width ?? linear!.Width);
        writer.Write(linearWeight);
        writer.Write(trees?.Trees.Count ?? 0);
        writer.Write(trees?.Start ?? 0f);
        foreach (TreeNode[] tree in trees?.Trees ?? [])
        {
            writer.Write(tree.Length);
            foreach (TreeNode node in tree)
            {
                writer.Write(node.Feature);
                writer.Write((uint)node.Left | (node.MissingGoesLeft ? MissingLeft : 0));
                writer.Write(node.Threshold);
                writer.Write(node.Value);
                writer.Write(node.Cover);
            }
        }

        writer.Write(linear?.Inputs ?? 0);
        if (linear is not null)
        {
            for (int f = 0; f < linear.Width; f++)
            {
                writer.Write(linear.Means[f]);
                writer.Write(linear.Spreads[f]);
                writer.Write(linear.HasMissing[f]);
            }

            foreach (double weight in linear.Weights) writer.Write(weight);
        }

        writer.Flush();
        return stream.ToArray();
    }

    public static (TreeEnsemble? Trees, LinearModel? Linear, double LinearWeight) Decode(ReadOnlySpan<byte> bytes, int width)
    {
        var reader = new PayloadReader(bytes);
        if (!reader.Bytes(Magic.Length).SequenceEqual(Magic)) throw reader.Bad("it does not begin as a payload of the managed engine does");
        int version = reader.Int32();
        if (version != FormatVersion) throw reader.Bad($"it has format version {version}; this program reads version {FormatVersion}");
        int ownWidth = reader.Int32();
        if (ownWidth != width) throw reader.Bad($"it takes rows of {ownWidth} features, the schema has {width}");
        double linearWeight = reader.Finite();
        int treeCount = reader.Count(4 + NodeBytes);
        float start = reader.Single();
        var trees = new List<TreeNode[]>(treeCount);
        for (int t = 0; t < treeCount; t++) trees.Add(Tree(ref reader, width));
        int inputs = reader.Count(8);
        LinearModel? linear = inputs == 0 ? null : Linear(ref reader, width, inputs);
        if (reader.Remaining != 0) throw reader.Bad($"{reader.Remaining} bytes are left over");
        if (treeCount == 0 && linear is null) throw reader.Bad("it holds neither trees nor weights");
        return (treeCount == 0 ? null : new TreeEnsemble(width, start, trees), linear, linearWeight);
    }

    private static TreeNode[] Tree(ref PayloadReader reader, int width)
    {
        int count = reader.Count(NodeBytes);
        if (count is < 1 or > NodesMax) throw reader.Bad($"a tree has {count} nodes");
        var nodes = new TreeNode[count];
        for (int i = 0; i < count; i++)
        {
            int feature = reader.Int32();
            uint packed = (uint)reader.Int32();
            int left = (int)(packed & ~MissingLeft);
            if (feature < -1 || feature >= width) throw reader.Bad($"a node asks for feature {feature} of {width}");
            // Children lie behind their parent: then no walk down ever turns in a circle.
            if (feature >= 0 && (left <= i || left >= count - 1)) throw reader.Bad($"node {i} of {count} has its children at {left}");
            nodes[i] = new TreeNode(feature, reader.Single(), (packed & MissingLeft) != 0, left, reader.Single(), reader.Single());
        }

        return nodes;
    }

    private static LinearModel Linear(ref PayloadReader reader, int width, int inputs)
    {
        double[] means = new double[width], spreads = new double[width], weights = new double[inputs + 1];
        bool[] hasMissing = new bool[width];
        int indicators = 0;
        for (int f = 0; f < width; f++)
        {
            means[f] = reader.Finite();
            spreads[f] = reader.Finite();
            hasMissing[f] = reader.Bytes(1)[0] != 0;
            indicators += hasMissing[f] ? 1 : 0;
        }

        if (inputs != width + indicators) throw reader.Bad($"it has {inputs} inputs, but {width} features and {indicators} indicators");
        for (int i = 0; i < weights.Length; i++) weights[i] = reader.Finite();
        return new LinearModel(width, means, spreads, hasMissing, weights);
    }
}

/// <summary>Reads a payload that nobody vouches for.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly int Remaining => _bytes.Length - _at;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > Remaining) throw Bad("it ends too early");
        ReadOnlySpan<byte> taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public float Single()
    {
        float value = BinaryPrimitives.ReadSingleLittleEndian(Bytes(4));
        return float.IsNaN(value) ? throw Bad("a number is none") : value;
    }

    public double Finite()
    {
        double value = BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8));
        return double.IsFinite(value) ? value : throw Bad("a number is not finite");
    }

    /// <summary>The number of things that follow, each of which takes at least so many bytes.</summary>
    public int Count(int bytesEach)
    {
        int count = Int32();
        return count >= 0 && count <= Remaining / bytesEach ? count : throw Bad($"it announces {count} parts, more than the bytes that follow can hold");
    }

    public readonly PredictorException Bad(string reason) => new($"payload of the managed engine, offset {_at}: {reason}");
}
