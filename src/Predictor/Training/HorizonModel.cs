using System.Collections.Generic;
using HpcVirt.Predictor.Engines;

namespace HpcVirt.Predictor.Training;

/// <summary>What foresees failures over one horizon: a model, and how its margins become risks.</summary>
/// <param name="HorizonS">The horizon in seconds.</param>
/// <param name="Model">Rows in, margins out.</param>
/// <param name="Calibration">Margins in, probabilities out.</param>
internal sealed record HorizonModel(long HorizonS, IFailureModel Model, Calibration Calibration);

/// <summary>Thresholds on the risk over the main horizon, each by the rule that set it.</summary>
internal sealed record Thresholds
{
    /// <summary>The one that alerts go by.</summary>
    public required double Chosen { get; init; }

    /// <summary>The rule that set it.</summary>
    public required string Rule { get; init; }

    /// <summary>All that were set, by rule.</summary>
    public required IReadOnlyDictionary<string, double> ByRule { get; init; }
}
