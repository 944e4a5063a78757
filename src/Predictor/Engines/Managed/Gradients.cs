using System;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// Gradients and hessians of the logistic loss as whole numbers in one word each row: gradient in the upper half, hessian in the lower. Sums of whole numbers
/// do not depend on their order, and one addition serves both. Rounding is dithered, so that small gradients of many rows add up rightly. After Shi et al.,
/// "Quantized Training of Gradient Boosting Decision Trees" (NeurIPS 2022).
/// </summary>
internal sealed class Gradients(int rows)
{
    public long[] Packed { get; } = new long[rows];

    public float[] Gradient { get; } = new float[rows];

    public float[] Hessian { get; } = new float[rows];

    public double GradientUnit { get; private set; }

    public double HessianUnit { get; private set; }

    public void Compute(ReadOnlySpan<float> margins, ReadOnlySpan<bool> labels, uint dither)
    {
        for (int row = 0; row < margins.Length; row++)
        {
            float p = 1 / (1 + MathF.Exp(-margins[row]));
            Gradient[row] = p - (labels[row] ? 1f : 0f);
            Hessian[row] = Math.Max(1e-16f, p * (1 - p));
        }

        // |gradient| is at most 1 and hessian at most 1/4: the sums of all rows must fit 31 and 32 bits.
        GradientUnit = Math.Max(rows / (double)(int.MaxValue - rows - 1), 1.0 / (1 << 22));
        HessianUnit = Math.Max(rows * 0.25 / (uint.MaxValue - (double)rows - 1), 1.0 / (1 << 24));
        float perGradient = (float)(1 / GradientUnit), perHessian = (float)(1 / HessianUnit);
        uint state = dither | 1;
        for (int row = 0; row < margins.Length; row++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            float u = (state >> 8) * (1f / (1 << 24));
            long gradient = (long)MathF.Floor((Gradient[row] * perGradient) + u);
            long hessian = (long)MathF.Floor((Hessian[row] * perHessian) + u);
            Packed[row] = (gradient << 32) + hessian;
        }
    }
}
