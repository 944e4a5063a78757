namespace HpcVirt.Predictor.Engines;

/// <summary>How a model is trained. Immutable; an algorithm that has no use for a setting leaves it alone.</summary>
public sealed record EngineSettings
{
    /// <summary>The algorithm, one of the engine's; empty for its default.</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>The number of trees.</summary>
    public int Trees { get; init; } = 200;

    /// <summary>The greatest depth of a tree.</summary>
    public int Depth { get; init; } = 5;

    /// <summary>How much of each tree is taken.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>The share of rows that each tree sees.</summary>
    public double RowShare { get; init; } = 0.8;

    /// <summary>The share of features that each tree sees.</summary>
    public double ColumnShare { get; init; } = 0.6;

    /// <summary>The penalty on squared leaf values or weights.</summary>
    public double L2 { get; init; } = 1;

    /// <summary>The least sum of hessians (p (1 - p)) in a leaf.</summary>
    public double LeafWeightMin { get; init; } = 5;

    /// <summary>The greatest number of bins of a feature's histogram.</summary>
    public int Bins { get; init; } = 255;

    /// <summary>How many models with seeds of their own are averaged.</summary>
    public int Bags { get; init; } = 1;

    /// <summary>The seed of all randomness in training.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What is wrong with these settings, or null.</summary>
    public string? Problem() => this switch
    {
        { Trees: < 1 or > 100_000 } => $"Trees is {Trees}; it is from 1 to 100000.",
        { Depth: < 1 or > 12 } => $"Depth is {Depth}; it is from 1 to 12.",
        { LearningRate: not (> 0 and <= 1) } => $"LearningRate is {LearningRate}; it is above 0 and at most 1.",
        { RowShare: not (> 0 and <= 1) } => $"RowShare is {RowShare}; it is above 0 and at most 1.",
        { ColumnShare: not (> 0 and <= 1) } => $"ColumnShare is {ColumnShare}; it is above 0 and at most 1.",
        { L2: not (>= 0 and < 1e9) } => $"L2 is {L2}; it is at least 0.",
        { LeafWeightMin: not (>= 0 and < 1e9) } => $"LeafWeightMin is {LeafWeightMin}; it is at least 0.",
        { Bins: < 2 or > 255 } => $"Bins is {Bins}; it is from 2 to 255.",
        { Bags: < 1 or > 100 } => $"Bags is {Bags}; it is from 1 to 100.",
        _ => null,
    };
}
