using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace HpcVirt.Benchmarks.Predictor;

/// <summary>Measures all figures, or those asked for, and reports them.</summary>
internal static class BenchDriver
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static int Run(string scratch, string? json, string? only, TextWriter output)
    {
        var figures = new List<Figure>();
        output.WriteLine($"{"figure",-24} {"value",12}  {"unit",-8} {"bar",10}  {"verdict",-7} {"runs",4}  spread");
        foreach ((string[] names, Func<IEnumerable<Figure>> measure) in All(scratch))
        {
            if (only is not null && !names.Any(name => name.Contains(only, StringComparison.Ordinal))) continue;
            foreach (Figure figure in measure())
            {
                if (only is not null && !figure.Name.Contains(only, StringComparison.Ordinal)) continue;
                figures.Add(figure);
                output.WriteLine($"{figure.Name,-24} {figure.Value,12:0.###}  {figure.Unit,-8} {figure.Bar,10:0.##}  {(figure.Passes ? "passes" : "MISSES"),-7} {figure.Runs.Count,4}  {figure.Runs.Min():0.###} .. {figure.Runs.Max():0.###}  ({figure.Against})");
                output.Flush();
            }
        }

        if (json is not null)
        {
            var document = new { figures = figures.Select(static f => new { name = f.Name, value = f.Value, unit = f.Unit, against = f.Against, runs = f.Runs }) };
            File.WriteAllText(json + ".part", JsonSerializer.Serialize(document, Indented) + "\n");
            File.Move(json + ".part", json, overwrite: true);
        }

        return figures.Count > 0 ? 0 : 1;
    }

    private static IEnumerable<(string[] Names, Func<IEnumerable<Figure>> Measure)> All(string scratch)
    {
        yield return (["train_cpu_ratio", "score_p50_us", "score_rows_per_s"], Training.Measure);
        yield return (["live_sample_us"], () => LiveSample.Measure(scratch));
        yield return (["ingest_readings_per_s", "ingest_peak_mib"], () => Ingest.Figures(scratch));
    }
}
