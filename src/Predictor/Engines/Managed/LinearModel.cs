using System;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>A linear model on transformed features: where each feature's mean and spread stand, and the weights.</summary>
internal sealed class LinearModel(int width, double[] means, double[] spreads, bool[] hasMissing, double[] weights)
{
    /// <summary>A feature that lies far outside of what training saw must not outvote all others.</summary>
    private const double InputMax = 8;

    public int Width { get; } = width;

    public double[] Means { get; } = means;

    public double[] Spreads { get; } = spreads;

    /// <summary>Features that were missing at times in training; each has an indicator after all the features.</summary>
    public bool[] HasMissing { get; } = hasMissing;

    /// <summary>One weight a feature, one an indicator, and the intercept.</summary>
    public double[] Weights { get; } = weights;

    public int Inputs { get; } = width + Array.FindAll(hasMissing, static m => m).Length;

    public static LinearModel Standardise(TrainingData data)
    {
        double[] means = new double[data.Width], spreads = new double[data.Width];
        bool[] hasMissing = new bool[data.Width];
        ReadOnlySpan<float> values = data.Values.Span;
        for (int f = 0; f < data.Width; f++)
        {
            double sum = 0, squares = 0;
            long count = 0;
            for (int i = f; i < values.Length; i += data.Width)
            {
                if (float.IsNaN(values[i])) continue;
                double y = Squeeze(values[i]);
                sum += y;
                squares += y * y;
                count++;
            }

            means[f] = count == 0 ? 0 : sum / count;
            double variance = count == 0 ? 0 : Math.Max(0, (squares / count) - (means[f] * means[f]));
            spreads[f] = variance > 1e-12 ? Math.Sqrt(variance) : 0;
            hasMissing[f] = count > 0 && count < data.Rows;
        }

        return new LinearModel(data.Width, means, spreads, hasMissing, []);
    }

    public LinearModel WithWeights(double[] weights) => new(Width, Means, Spreads, HasMissing, weights);

    public void Transform(ReadOnlySpan<float> row, Span<float> inputs)
    {
        int indicator = Width;
        for (int f = 0; f < Width; f++)
        {
            bool isMissing = float.IsNaN(row[f]);
            inputs[f] = isMissing || Spreads[f] == 0 ? 0 : (float)Math.Clamp((Squeeze(row[f]) - Means[f]) / Spreads[f], -InputMax, InputMax);
            if (HasMissing[f]) inputs[indicator++] = isMissing ? 1 : 0;
        }
    }

    public double Margin(ReadOnlySpan<float> row, Span<double> contributions)
    {
        Span<float> inputs = Inputs <= 1024 ? stackalloc float[Inputs] : new float[Inputs];
        Transform(row, inputs);
        double margin = Weights[Inputs];
        int indicator = Width;
        for (int f = 0; f < Width; f++)
        {
            double own = inputs[f] * Weights[f];
            if (HasMissing[f]) own += inputs[indicator] * Weights[indicator++];
            if (contributions.Length > 0) contributions[f] = own;
            margin += own;
        }

        return margin;
    }

    private static double Squeeze(float value) => value < 0 ? -Math.Log(1 - (double)Math.Max(value, -float.MaxValue)) : Math.Log(1 + (double)Math.Min(value, float.MaxValue));
}
