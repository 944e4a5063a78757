using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HpcVirt.Benchmarks;

/// <summary>What was measured: a line each as it comes, and a file of all.</summary>
internal sealed class Figures(TextWriter output)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Name, double Bar, bool IsAtLeast, string Unit, string Against, double[] Runs)> _all = [];

    public static double Median(IEnumerable<double> runs)
    {
        double[] sorted = [.. runs.Order()];
        return sorted[sorted.Length / 2];
    }

    public void SayHead() => output.WriteLine($"{"figure",-32} {"median",7}  {"bar",6}  {"verdict",-7}  spread");

    public void Say(string text) => output.WriteLine(text);

    /// <summary>A figure with its bar, or NaN without one.</summary>
    public void Add(string name, double bar, IReadOnlyList<double> runs, string unit = "s", string against = "the fault", bool isAtLeast = false)
    {
        if (runs.Count == 0) return;
        (string Name, double Bar, bool IsAtLeast, string Unit, string Against, double[] Runs) figure = (name, bar, isAtLeast, unit, against, [.. runs]);
        _all.Add(figure);
        string verdict = double.IsNaN(bar) ? "" : Passes(figure) ? "passes" : "MISSES";
        output.WriteLine($"{name,-32} {Median(runs),7:F3}  {(double.IsNaN(bar) ? "" : $"{(isAtLeast ? ">=" : "<=")}{bar:F2}"),6}  {verdict,-7}  {runs.Min():F3} .. {runs.Max():F3}");
        output.Flush();
    }

    public void Close(string? json)
    {
        output.WriteLine($"{_all.Count(static f => !double.IsNaN(f.Bar) && Passes(f))} of {_all.Count(static f => !double.IsNaN(f.Bar))} figures with a bar keep to it");
        if (json is null) return;
        var document = new
        {
            figures = _all.Select(static f => new { name = f.Name, value = Median(f.Runs), unit = f.Unit, against = f.Against, runs = f.Runs }),
        };
        File.WriteAllText(json + ".part", JsonSerializer.Serialize(document, Indented) + "\n");
        File.Move(json + ".part", json, overwrite: true);
    }

    private static bool Passes((string Name, double Bar, bool IsAtLeast, string Unit, string Against, double[] Runs) figure) =>
        figure.IsAtLeast ? Median(figure.Runs) >= figure.Bar : Median(figure.Runs) <= figure.Bar;
}
