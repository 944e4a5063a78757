using System;
using System.Numerics;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>The mean logistic loss of a linear model with a quadratic penalty on its weights, and its gradient. The last weight is the intercept, and free.</summary>
internal sealed class LogisticLoss(float[] inputs, ReadOnlyMemory<bool> labels, int width, double l2)
{
    private readonly float[] _weights = new float[width];
    private readonly float[] _gradient = new float[width];

    public double Of(double[] weights, double[] gradient)
    {
        ReadOnlySpan<bool> truths = labels.Span;
        for (int i = 0; i < width; i++) _weights[i] = (float)weights[i];
        Array.Clear(gradient);
        Array.Clear(_gradient);
        double sum = 0;
        int pending = 0;
        for (int row = 0; row < truths.Length; row++)
        {
            ReadOnlySpan<float> x = inputs.AsSpan(row * width, width);
            double margin = weights[width] + Dot(x, _weights);
            double sign = truths[row] ? -margin : margin;
            sum += sign > 0 ? sign + Math.Log(1 + Math.Exp(-sign)) : Math.Log(1 + Math.Exp(sign));
            float error = (float)((1 / (1 + Math.Exp(-margin))) - (truths[row] ? 1 : 0));
            Add(_gradient, x, error);
            gradient[width] += error;
            // Floats are added up in short stretches: long ones would lose the small addends.
            if (++pending == 1024 || row == truths.Length - 1)
            {
                for (int i = 0; i < width; i++) gradient[i] += _gradient[i];
                Array.Clear(_gradient);
                pending = 0;
            }
        }

        double n = truths.Length, penalty = 0;
        for (int i = 0; i < width; i++)
        {
            penalty += weights[i] * weights[i];
            gradient[i] = (gradient[i] + (l2 * weights[i])) / n;
        }

        gradient[width] /= n;
        return (sum + (0.5 * l2 * penalty)) / n;
    }

    private static float Dot(ReadOnlySpan<float> a, float[] b)
    {
        var sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count) sums += new Vector<float>(a[i..]) * new Vector<float>(b, i);
        float sum = Vector.Sum(sums);
        for (; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void Add(float[] to, ReadOnlySpan<float> x, float factor)
    {
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count) (new Vector<float>(to, i) + (new Vector<float>(x[i..]) * factor)).CopyTo(to, i);
        for (; i < x.Length; i++) to[i] += factor * x[i];
    }
}
