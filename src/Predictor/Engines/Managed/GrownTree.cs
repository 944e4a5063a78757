using System.Collections.Generic;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>A tree while it grows: nodes by number, each with its rows.</summary>
internal sealed class GrownTree
{
    public List<GrownNode> Nodes { get; } = [];

    public void Add(GrownNode node) => Nodes.Add(node);
}

/// <summary>A node of a growing tree; a leaf while <see cref="Left"/> is 0, else its children are Left and Left + 1.</summary>
internal struct GrownNode
{
    public int From;
    public int Count;
    public long Total;
    public int Feature;

    /// <summary>Rows in this bin or below go left.</summary>
    public int Cut;

    public bool MissingGoesLeft;
    public double Gain;
    public int Left;
}
