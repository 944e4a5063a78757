using System;

namespace HpcVirt.Predictor.Engines;

/// <summary>A trained model: rows in, margins out. May be used by several threads at once.</summary>
public interface IFailureModel
{
    /// <summary>The number of features of a row.</summary>
    int Width { get; }

    /// <summary>Scores rows that lie one after the other; NaN is a missing value.</summary>
    /// <param name="rows">The rows' values, <see cref="Width"/> each.</param>
    /// <param name="margins">One margin a row.</param>
    void Score(ReadOnlySpan<float> rows, Span<double> margins);

    /// <summary>Splits a row's margin into one contribution a feature, and returns what belongs to none: together they are the margin.</summary>
    /// <param name="row">One row.</param>
    /// <param name="contributions">One contribution a feature.</param>
    double Explain(ReadOnlySpan<float> row, Span<double> contributions);

    /// <summary>The model's bytes, for its own engine to load.</summary>
    byte[] Payload();
}
