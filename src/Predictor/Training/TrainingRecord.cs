using System.Collections.Generic;

namespace HpcVirt.Predictor.Training;

/// <summary>How a model came about: everything needed to judge it and to make it again.</summary>
internal sealed record TrainingRecord
{
    public required string Dataset { get; init; }

    public required string Engine { get; init; }

    public required string EngineVersion { get; init; }

    /// <summary>Why this engine was taken.</summary>
    public required string EngineReason { get; init; }

    public required Engines.EngineSettings Settings { get; init; }

    public required int Seed { get; init; }

    /// <summary>First and last point of training, both included; the same text twice where the data have no time.</summary>
    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>The first point of the stretch that calibrated and set thresholds.</summary>
    public required string CalibratedFrom { get; init; }

    public required bool IsRefitted { get; init; }

    public required long Points { get; init; }

    public required long Positives { get; init; }

    /// <summary>The rate at which negatives were sampled, the same in every fit.</summary>
    public required double NegativeRate { get; init; }

    /// <summary>What was measured in training, by name, on points that the measured model was not fitted to.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }
}
