namespace HpcVirt.Predictor.Evaluation;

/// <summary>How a predictor is evaluated. Immutable.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The first point, as text; null: by the period.</summary>
    public string? From { get; init; }

    /// <summary>The last point, as text; null: by the period.</summary>
    public string? To { get; init; }

    /// <summary>The period of dataset.json; null: <c>validation</c> if training ended before it, else <c>test</c>.</summary>
    public string? Period { get; init; }

    /// <summary>How many times nodes are drawn for the intervals; 0: no intervals.</summary>
    public int Replicates { get; init; } = 200;

    /// <summary>The seed of the draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A migration precision at which recall is wanted as well; null: none but 0.5 and 0.8.</summary>
    public double? AtPrecision { get; init; }

    /// <summary>What failures and moves cost.</summary>
    public CostModel Costs { get; init; } = new();
}
