using System;
using System.Linq;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// Logistic regression on sign(x) log(1 + |x|), standardised, missing values at the mean with an indicator of their own where a feature has some. Trained by
/// L-BFGS (Liu and Nocedal 1989) with backtracking.
/// </summary>
internal static class LogisticRegression
{
    private const int Memory = 8;
    private const int IterationsMax = 100;
    private const double GradientTolerance = 1e-5;

    public static LinearModel Train(TrainingData data, EngineSettings settings, Action<double>? onProgress)
    {
        LinearModel model = LinearModel.Standardise(data);
        int width = model.Inputs;
        float[] inputs = new float[(long)data.Rows * width];
        for (int row = 0; row < data.Rows; row++) model.Transform(data.Values.Span.Slice(row * data.Width, data.Width), inputs.AsSpan(row * width, width));
        var loss = new LogisticLoss(inputs, data.Labels, width, settings.L2);
        double[] weights = new double[width + 1];
        weights[width] = Math.Log(data.Positives / (double)(data.Rows - data.Positives));
        Minimise(loss, weights, onProgress);
        return model.WithWeights(weights);
    }

    private static void Minimise(LogisticLoss loss, double[] weights, Action<double>? onProgress)
    {
        int size = weights.Length;
        double[] gradient = new double[size], nextGradient = new double[size], direction = new double[size], next = new double[size];
        var steps = new System.Collections.Generic.List<(double[] S, double[] Y, double Rho)>();
        double value = loss.Of(weights, gradient);
        for (int iteration = 0; iteration < IterationsMax; iteration++)
        {
            if (gradient.Max(Math.Abs) < GradientTolerance) break;
            Direct(gradient, steps, direction);
            double slope = Dot(gradient, direction);
            double step = iteration == 0 ? 1 / Math.Max(1, Math.Sqrt(Dot(gradient, gradient))) : 1;
            double nextValue = double.PositiveInfinity;
            for (int tries = 0; tries < 30; tries++, step /= 2)
            {
                for (int i = 0; i < size; i++) next[i] = weights[i] + (step * direction[i]);
                nextValue = loss.Of(next, nextGradient);
                if (nextValue <= value + (1e-4 * step * slope)) break;
            }

            if (!(nextValue < value)) break;
            double[] s = new double[size], y = new double[size];
            for (int i = 0; i < size; i++)
            {
                s[i] = next[i] - weights[i];
                y[i] = nextGradient[i] - gradient[i];
            }

            double curvature = Dot(s, y);
            if (curvature > 1e-12) steps.Add((s, y, 1 / curvature));
            if (steps.Count > Memory) steps.RemoveAt(0);
            next.CopyTo(weights, 0);
            nextGradient.CopyTo(gradient, 0);
            value = nextValue;
            onProgress?.Invoke((iteration + 1) / (double)IterationsMax);
        }
    }

    private static void Direct(double[] gradient, System.Collections.Generic.List<(double[] S, double[] Y, double Rho)> steps, double[] direction)
    {
        for (int i = 0; i < gradient.Length; i++) direction[i] = -gradient[i];
        double[] alphas = new double[steps.Count];
        for (int k = steps.Count - 1; k >= 0; k--)
        {
            alphas[k] = steps[k].Rho * Dot(steps[k].S, direction);
            Add(direction, steps[k].Y, -alphas[k]);
        }

        if (steps.Count > 0)
        {
            double scale = 1 / (steps[^1].Rho * Dot(steps[^1].Y, steps[^1].Y));
            for (int i = 0; i < direction.Length; i++) direction[i] *= scale;
        }

        for (int k = 0; k < steps.Count; k++) Add(direction, steps[k].S, alphas[k] - (steps[k].Rho * Dot(steps[k].Y, direction)));
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void Add(double[] to, double[] what, double factor)
    {
        for (int i = 0; i < to.Length; i++) to[i] += factor * what[i];
    }
}
