using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Engines;

namespace HpcVirt.Predictor.Training;

/// <summary>
/// How one feature was spread among healthy nodes in training: what reasons compare with, and what drift is measured against.
/// </summary>
/// <param name="MissingShare">The share of rows where it was missing.</param>
/// <param name="Deciles">The 11 bounds of its tenths; empty where it was always missing.</param>
internal sealed record FeatureReference(double MissingShare, IReadOnlyList<float> Deciles)
{
    private const int RowsMax = 20_000;

    /// <summary>The middle; 0 where the feature was always missing, for JSON has no word for what is no number.</summary>
    public float Median => Deciles.Count == 0 ? 0 : Deciles[Deciles.Count / 2];

    public static FeatureReference[] Of(LabelledRows rows, ReadOnlySpan<float> values)
    {
        var references = new FeatureReference[rows.Width];
        int stride = Math.Max(1, rows.Count / RowsMax);
        for (int f = 0; f < rows.Width; f++)
        {
            var seen = new List<float>();
            for (int row = 0; row < rows.Count; row += stride)
            {
                if (!rows.Label(row)) seen.Add(values[(row * rows.Width) + f]);
            }

            references[f] = Of(seen);
        }

        return references;
    }

    public static FeatureReference OfColumn(TrainingData data, int feature)
    {
        var seen = new List<float>();
        for (int row = 0; row < data.Rows; row++)
        {
            if (!data.Labels.Span[row]) seen.Add(data.Values.Span[(row * data.Width) + feature]);
        }

        return Of(seen);
    }

    private static FeatureReference Of(List<float> seen)
    {
        float[] present = [.. seen.Where(static v => !float.IsNaN(v)).Order()];
        float[] deciles = present.Length == 0 ? [] : [.. Enumerable.Range(0, 11).Select(d => present[(int)(d / 10.0 * (present.Length - 1))])];
        return new FeatureReference(seen.Count == 0 ? 0 : 1 - (present.Length / (double)seen.Count), deciles);
    }
}
