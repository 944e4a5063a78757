using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Live;

/// <summary>
/// How far inputs have moved from those of training: per feature the population stability index over the tenths of training and "missing". Above 0.25 a feature is by custom
/// called drifted. Old samples fade, so that the figure is of about the last few thousand.
/// </summary>
public sealed class DriftMeter
{
    /// <summary>The index above which a feature is called drifted.</summary>
    public const double Drifted = 0.25;

    private const int BinsMax = 11;
    private const double Fading = 1 - (1.0 / 4000);
    private const int SamplesMin = 200;

    private readonly FailurePredictor _predictor;
    private readonly double[][] _counts;
    private long _samples;

    /// <summary>A meter that has seen nothing.</summary>
    /// <param name="predictor">The predictor, whose training is compared with.</param>
    public DriftMeter(FailurePredictor predictor)
    {
        _predictor = predictor;
        _counts = [.. predictor.References.Select(static _ => new double[BinsMax])];
    }

    /// <summary>How many samples were seen.</summary>
    public long Samples => _samples;

    /// <summary>Takes in a row of features.</summary>
    /// <param name="row">The row.</param>
    public void See(ReadOnlySpan<float> row)
    {
        _samples++;
        for (int f = 0; f < row.Length; f++)
        {
            double[] counts = _counts[f];
            for (int b = 0; b < BinsMax; b++) counts[b] *= Fading;
            counts[BinOf(_predictor.References[f].Deciles, row[f])]++;
        }
    }

    /// <summary>The features that have drifted, the farthest first; none while too little was seen.</summary>
    public IReadOnlyList<(string Feature, double Index)> DriftedFeatures() =>
        _samples < SamplesMin ? [] : [.. _predictor.FeatureNames.Select((name, f) => (name, Index: IndexOf(f))).Where(static d => d.Index > Drifted).OrderByDescending(static d => d.Index)];

    /// <summary>Bin 0 is "missing"; the others lie between distinct tenths.</summary>
    private static int BinOf(IReadOnlyList<float> deciles, float value)
    {
        if (float.IsNaN(value)) return 0;
        int bin = 1;
        for (int d = 1; d < deciles.Count - 1; d++)
        {
            if (value > deciles[d]) bin = d + 1;
        }

        return Math.Min(bin, BinsMax - 1);
    }

    private double IndexOf(int feature)
    {
        Training.FeatureReference reference = _predictor.References[feature];
        double[] expected = new double[BinsMax];
        expected[0] = reference.MissingShare;
        // A tenth that equals the one before it has no room of its own: its share belongs to the first of the equals.
        for (int tenth = 1; tenth <= 10 && reference.Deciles.Count == 11; tenth++) expected[BinOf(reference.Deciles, reference.Deciles[tenth])] += (1 - reference.MissingShare) / 10;
        double total = _counts[feature].Sum(), index = 0;
        for (int b = 0; b < BinsMax; b++)
        {
            double e = Math.Max(0.005, expected[b]), a = Math.Max(0.005, _counts[feature][b] / total);
            index += (a - e) * Math.Log(a / e);
        }

        return index;
    }
}
