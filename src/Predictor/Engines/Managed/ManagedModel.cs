using System;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>A model of the managed engine: trees, a linear part, or both; then the margin is a weighted mean of the two.</summary>
internal sealed class ManagedModel(TreeEnsemble? trees, LinearModel? linear, double linearWeight) : IFailureModel
{
    public int Width { get; } = trees?.Width ?? linear!.Width;

    public TreeEnsemble? Trees { get; } = trees;

    private double TreeShare => linear is null ? 1 : 1 - linearWeight;

    public void Score(ReadOnlySpan<float> rows, Span<double> margins)
    {
        if (rows.Length != (long)margins.Length * Width) throw new PredictorException($"{margins.Length} rows of {Width} features need {(long)margins.Length * Width} values, but {rows.Length} are given.");
        if (Trees is not null) Trees.Score(rows, margins);
        if (linear is null) return;
        for (int row = 0; row < margins.Length; row++)
        {
            double own = linear.Margin(rows.Slice(row * Width, Width), []);
            margins[row] = Trees is null ? own : (TreeShare * margins[row]) + (linearWeight * own);
        }
    }

    public double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        double bias = 0;
        contributions.Clear();
        if (Trees is not null)
        {
            bias = TreeShare * TreeExplanation.Explain(Trees, row, contributions);
            for (int f = 0; f < Width; f++) contributions[f] *= TreeShare;
        }

        if (linear is null) return bias;
        double[] own = new double[Width];
        _ = linear.Margin(row, own);
        double share = Trees is null ? 1 : linearWeight;
        for (int f = 0; f < Width; f++) contributions[f] += share * own[f];
        return bias + (share * linear.Weights[linear.Inputs]);
    }

    public byte[] Payload() => ManagedPayload.Encode(Trees, linear, linearWeight);
}
