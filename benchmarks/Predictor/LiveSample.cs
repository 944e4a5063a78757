using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Simulation;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Benchmarks.Predictor;

/// <summary>One live sample: a row of readings is taken in, the node's features are computed, and its risk is scored.</summary>
internal static class LiveSample
{
    public static IEnumerable<Figure> Measure(string scratch)
    {
        string folder = Path.Combine(scratch, "live");
        _ = FleetSimulator.Run(folder, new FleetOptions { Nodes = 60, Span = TimeSpan.FromDays(60), Seed = 3 });
        using var dataset = HealthDataset.Open(folder, new DatasetOptions());
        FailurePredictor model = PredictorTrainer.Train(dataset, new TrainingOptions { Engine = "managed", Algorithm = "boosting", Period = "train", Search = 1, RowsMax = 20_000 }, [new ManagedEngine()]);
        var runs = new List<double>();
        for (int run = 0; run < 5; run++) runs.Add(Once(dataset, model));
        yield return new Figure("live_sample_us", "us", $"{model.FeatureNames.Count} features, 200 trees; mean", 50, false, runs);
    }

    private static double Once(HealthDataset dataset, FailurePredictor model)
    {
        var engine = new FeatureEngine(model.Schema, dataset.Nodes, dataset.Sensors, dataset.EventTokens, dataset.FailureKinds, TimeZoneInfo.Utc);
        float[] row = new float[engine.Width];
        double[] risk = new double[1];
        long ticks = 0;
        int samples = 0, seen = 0;
        foreach (ReadingRow reading in dataset.Readings())
        {
            // The first rows fill the windows.
            bool isMeasured = ++seen > 20_000;
            long start = Stopwatch.GetTimestamp();
            engine.Observe(reading, dataset.IsSparse);
            engine.Sample(reading.Node, reading.TimeS, row);
            model.Risks(row, risk);
            if (!isMeasured) continue;
            ticks += Stopwatch.GetTimestamp() - start;
            samples++;
        }

        return ticks * 1e6 / Stopwatch.Frequency / samples;
    }
}
