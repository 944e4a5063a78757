using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Training;

/// <summary>
/// How one feature was spread among healthy nodes in training: what reasons compare with, and what drift is measured against.
/// </summary>
/// <param name="MissingShare">The share of rows where it was missing.</param>
/// <param name="Deciles">The 11 bounds of its tenths; empty where it was always missing.</param>
internal sealed record FeatureReference(double MissingShare, IReadOnlyList<float> Deciles)
{
    private const int RowsMax = 20_000;

    public float Median => Deciles.Count == 0 ? float.NaN : Deciles[Deciles.Count / 2];

    public static FeatureReference[] Of(LabelledRows rows, ReadOnlySpan<float> values)
    {
        var references = new FeatureReference[rows.Width];
        int stride = Math.Max(1, rows.Count / RowsMax);
        for (int f = 0; f < rows.Width; f++)
        {
            var present = new List<float>();
            int seen = 0;
            for (int row = 0; row < rows.Count; row += stride)
            {
                if (rows.Label(row)) continue;
                seen++;
                float value = values[(row * rows.Width) + f];
                if (!float.IsNaN(value)) present.Add(value);
            }

            present.Sort();
            float[] deciles = present.Count == 0 ? [] : [.. Enumerable.Range(0, 11).Select(d => present[(int)(d / 10.0 * (present.Count - 1))])];
            references[f] = new FeatureReference(seen == 0 ? 0 : 1 - (present.Count / (double)seen), deciles);
        }

        return references;
    }
}
