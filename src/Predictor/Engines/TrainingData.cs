using System;

namespace HpcVirt.Predictor.Engines;

/// <summary>Rows to train on: values one row after the other, NaN where missing, and a label each.</summary>
public sealed class TrainingData
{
    /// <summary>Takes rows as they are; they are not copied and must not change.</summary>
    /// <param name="width">The number of features of a row.</param>
    /// <param name="values">The rows' values, one row after the other.</param>
    /// <param name="labels">Whether each row is a positive.</param>
    public TrainingData(int width, ReadOnlyMemory<float> values, ReadOnlyMemory<bool> labels)
    {
        if (width < 1 || values.Length != (long)width * labels.Length)
            throw new PredictorException($"{labels.Length} rows of {width} features need {(long)width * labels.Length} values, but {values.Length} are given; give every row all of its features.");
        Width = width;
        Values = values;
        Labels = labels;
    }

    /// <summary>The number of features of a row.</summary>
    public int Width { get; }

    /// <summary>The number of rows.</summary>
    public int Rows => Labels.Length;

    /// <summary>The rows' values, one row after the other.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Whether each row is a positive.</summary>
    public ReadOnlyMemory<bool> Labels { get; }

    /// <summary>How many rows are positive.</summary>
    public int Positives
    {
        get
        {
            int positives = 0;
            foreach (bool label in Labels.Span) positives += label ? 1 : 0;
            return positives;
        }
    }

    /// <summary>What keeps an engine from learning anything from these rows, or null.</summary>
    public string? Problem() => Positives switch
    {
        0 => $"none of the {Rows} training rows is a positive; take a longer period or a longer horizon.",
        int positives when positives == Rows => $"all {Rows} training rows are positives; check the failures and the horizon.",
        _ => null,
    };
}
