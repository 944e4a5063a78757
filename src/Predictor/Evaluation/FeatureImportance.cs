using System;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>The mean size of each feature's contribution, over a spread-out sample of the points: exact contributions are too dear for all.</summary>
internal sealed class FeatureImportance(FailurePredictor predictor)
{
    private const int Every = 997;
    private const int RowsMax = 400;

    private readonly double[] _sums = new double[predictor.Schema.Features.Count];
    private readonly double[] _own = new double[predictor.Schema.Features.Count];
    private int _rows;

    public void See(int index, ReadOnlySpan<float> row)
    {
        if (index % Every != 0 || _rows == RowsMax) return;
        _ = predictor.Main.Model.Explain(row, _own);
        for (int f = 0; f < _own.Length; f++) _sums[f] += Math.Abs(_own[f]);
        _rows++;
    }

    public double[] Mean() => Array.ConvertAll(_sums, sum => sum / Math.Max(1, _rows));
}
