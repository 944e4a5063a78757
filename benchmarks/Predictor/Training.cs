using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.Engines.XGBoost;

namespace HpcVirt.Benchmarks.Predictor;

/// <summary>
/// 100,000 rows of 40 features, 300 trees of depth 6 on 255 bins: CPU time of the managed trainer over that of native XGBoost, the two in turn in one process; and how fast
/// the trees score. Times are CPU times of this process, which a busy machine blurs less than the clock.
/// </summary>
internal static class Training
{
    private const int Rows = 100_000;
    private const int Width = 40;
    private const int Pairs = 3;

    private static readonly EngineSettings Settings = new() { Trees = 300, Depth = 6, LearningRate = 0.1, RowShare = 1, ColumnShare = 1, L2 = 1, LeafWeightMin = 1, Bins = 255 };

    public static IEnumerable<Figure> Measure()
    {
        TrainingData data = Made();
        var managed = new ManagedEngine();
        var native = new XGBoostEngine();
        if (native.Problem() is { } problem) throw new InvalidOperationException(problem);
        // Once unmeasured: compilation is not training.
        _ = managed.Train(data, Settings with { Trees = 40 });
        IFailureModel model = managed.Train(data, Settings);
        var ratios = new List<double>();
        for (int pair = 0; pair < Pairs; pair++)
        {
            double ours = CpuSeconds(() => managed.Train(data, Settings)), theirs = CpuSeconds(() => native.Train(data, Settings));
            ratios.Add(ours / theirs);
        }

        yield return new Figure("train_cpu_ratio", "ratio", $"XGBoost {native.Version}, hist, one thread, same run", 1.5, false, ratios);
        foreach (Figure figure in Scoring(model, data)) yield return figure;
    }

    private static IEnumerable<Figure> Scoring(IFailureModel model, TrainingData data)
    {
        double[] margins = new double[Rows], one = new double[1];
        model.Score(data.Values.Span, margins);
        double[] microseconds = new double[20_000];
        var medians = new List<double>();
        for (int run = 0; run < 5; run++)
        {
            for (int i = 0; i < microseconds.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                model.Score(data.Values.Span.Slice(i * Width, Width), one);
                microseconds[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            medians.Add(microseconds.Order().ElementAt(microseconds.Length / 2));
        }

        yield return new Figure("score_p50_us", "us", "one row, 300 trees of depth 6", 5, false, medians);
        var rates = new List<double>();
        for (int run = 0; run < 5; run++)
        {
            rates.Add(5 * Rows / CpuSeconds(() =>
            {
                for (int i = 0; i < 5; i++) model.Score(data.Values.Span, margins);
            }));
        }

        yield return new Figure("score_rows_per_s", "rows/s", "batches, CPU time of one core", 500_000, true, rates);
    }

    private static double CpuSeconds(Action work)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static TrainingData Made()
    {
        var random = new Random(1);
        float[] values = new float[Rows * Width];
        bool[] labels = new bool[Rows];
        for (int row = 0; row < Rows; row++)
        {
            double margin = -3;
            for (int f = 0; f < Width; f++)
            {
                float x = (float)((random.NextDouble() * 2) - 1 + (random.NextDouble() < 0.5 ? 0 : random.NextDouble()));
                values[(row * Width) + f] = x;
                if (f < 12) margin += (x * ((f % 3) - 0.7)) + (f % 4 == 0 && f > 0 ? x * values[(row * Width) + f - 1] * 2 : 0);
            }

            labels[row] = random.NextDouble() < 1 / (1 + Math.Exp(-margin));
        }

        return new TrainingData(Width, values, labels);
    }
}
