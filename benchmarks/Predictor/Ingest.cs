using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Simulation;

namespace HpcVirt.Benchmarks.Predictor;

/// <summary>
/// Reads packed readings and computes features at every point, in a process of its own, for 10 and for 40 million readings: readings a second of CPU time, the peak of
/// memory for the larger one, and how much larger it is than for the smaller one.
/// </summary>
internal static class Ingest
{
    private const int SensorsPerRow = 13;
    private const double MemoryGrowthMax = 1.15;

    public static IEnumerable<Figure> Figures(string scratch)
    {
        (double rate, double mib) small = Child(scratch, 10_000_000), large = Child(scratch, 40_000_000);
        yield return new Figure("ingest_readings_per_s", "1/s", "gzip CSV to features, CPU time, the slower of 10 and 40 million", 500_000, true, [Math.Min(small.rate, large.rate)]);
        yield return new Figure("ingest_peak_mib", "MiB", "peak of memory at 40 million readings", 1536, false, [large.mib]);
        yield return new Figure("ingest_peak_growth", "ratio", "peak at 40 million over peak at 10 million", MemoryGrowthMax, false, [large.mib / small.mib]);
    }

    /// <summary>The measured process: prints readings, CPU seconds and peak MiB.</summary>
    public static void Measure(string folder, TextWriter output)
    {
        using var dataset = HealthDataset.Open(folder, new DatasetOptions());
        var grid = new PointGrid(dataset);
        var failures = new FailureIndex(dataset.Failures, 0);
        TimeRange range = dataset.Description.Periods[86400]["train"];
        FeatureSchema schema = SchemaBuilder.Build(dataset, grid, failures, range, 86400, null);
        var engine = new FeatureEngine(schema, dataset.Nodes, dataset.Sensors, dataset.EventTokens, dataset.FailureKinds, TimeZoneInfo.Utc);
        (long firstS, long lastS) = dataset.Span();
        using var replay = new Replay(dataset, engine);
        float[] row = new float[engine.Width];
        long points = 0, timeS = long.MinValue;
        foreach (Point point in grid.Points(new TimeRange(firstS, lastS)))
        {
            if (point.TimeS != timeS) replay.AdvanceTo(timeS = point.TimeS);
            engine.Sample(point.Node, point.TimeS, row);
            points++;
        }

        using var process = Process.GetCurrentProcess();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{dataset.Reports.Max(static r => r.Readings)} {process.TotalProcessorTime.TotalSeconds} {process.PeakWorkingSet64 / (1024.0 * 1024)} {points}"));
    }

    private static (double Rate, double Mib) Child(string scratch, long readings)
    {
        string folder = Path.Combine(scratch, $"ingest-{readings}");
        const int nodes = 200;
        // So many rows of each node; a longer time, not a larger fleet.
        double days = Math.Ceiling(readings / (double)SensorsPerRow / nodes / 24 / 0.96);
        (long made, _) = FleetSimulator.Run(folder, new FleetOptions { Nodes = nodes, Span = TimeSpan.FromDays(days), Seed = 5 });
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.ArgumentList.Add("ingest");
        start.ArgumentList.Add(folder);
        using Process child = Process.Start(start)!;
        string[] told = child.StandardOutput.ReadToEnd().Split(' ');
        child.WaitForExit();
        Directory.Delete(folder, recursive: true);
        if (child.ExitCode != 0) throw new InvalidOperationException($"the process that reads {made} readings ended with {child.ExitCode}");
        return (double.Parse(told[0], CultureInfo.InvariantCulture) / double.Parse(told[1], CultureInfo.InvariantCulture), double.Parse(told[2], CultureInfo.InvariantCulture));
    }
}
