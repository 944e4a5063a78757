using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Evaluation;

namespace HpcVirt.Predictor.Training;

/// <summary>How a predictor is trained. Immutable.</summary>
public sealed record TrainingOptions
{
    /// <summary>The horizon that alerts are judged by: how far ahead a failure is foreseen.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Further horizons to give a risk for.</summary>
    public IReadOnlyList<TimeSpan> FurtherHorizons { get; init; } = [];

    /// <summary>The least warning that is of use; null: what dataset.json says, else 15 minutes.</summary>
    public TimeSpan? Lead { get; init; }

    /// <summary>The engine's name, or <c>auto</c>: mlnet, then xgboost, then managed, the first that is available.</summary>
    public string Engine { get; init; } = "auto";

    /// <summary>The engine's algorithm; null: the search decides.</summary>
    public string? Algorithm { get; init; }

    /// <summary>The period of dataset.json to train on; null: <c>refit</c> if there is one, else everything whose labels are known.</summary>
    public string? Period { get; init; }

    /// <summary>The first point to train on, as text; null: by the period.</summary>
    public string? From { get; init; }

    /// <summary>The last point to train on, as text; null: by the period.</summary>
    public string? To { get; init; }

    /// <summary>The seed of everything random in training.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many settings the search tries; 1: none but the engine's defaults.</summary>
    public int Search { get; init; } = 6;

    /// <summary>How many models with seeds of their own are averaged in the end, by engines that can: the seed's luck evens out.</summary>
    public int Bags { get; init; } = 3;

    /// <summary>The most rows to train on: positives are kept, negatives sampled.</summary>
    public int RowsMax { get; init; } = 300_000;

    /// <summary>The share of the training time, at its end, that calibrates and sets thresholds.</summary>
    public double CalibrationShare { get; init; } = 0.2;

    /// <summary>Whether the model is fitted again on all of the training time, with the settings, calibration and thresholds found.</summary>
    public bool Refits { get; init; } = true;

    /// <summary>The most migrations per node and month; null: no such budget.</summary>
    public double? AlertBudget { get; init; }

    /// <summary>What failures and moves cost; null: thresholds are not set by cost.</summary>
    public CostModel? Costs { get; init; }

    /// <summary>A schema of one's own, as JSON; null: it is made from the data.</summary>
    public string? SchemaJson { get; init; }

    /// <summary>What is wrong with these options, or null.</summary>
    public string? Problem() => this switch
    {
        { Horizon.Ticks: <= 0 } => $"The horizon is {Horizon}; it is above zero.",
        _ when Lead is { } lead && (lead < TimeSpan.Zero || lead >= Horizon) => $"The lead {DurationText.Format(lead)} is not below the horizon {DurationText.Format(Horizon)}.",
        { Search: < 1 or > 100 } => $"Search is {Search}; it is from 1 to 100.",
        { Bags: < 1 or > 100 } => $"Bags is {Bags}; it is from 1 to 100.",
        { RowsMax: < 100 } => $"RowsMax is {RowsMax}; it is at least 100.",
        { CalibrationShare: not (> 0.02 and < 0.8) } => $"CalibrationShare is {CalibrationShare}; it is between 0.02 and 0.8.",
        { AlertBudget: <= 0 } => $"The alert budget is {AlertBudget}; it is above zero.",
        _ => Costs?.Problem(),
    };
}
