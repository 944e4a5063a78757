using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>Shows figures as a table for people and as JSON for machines.</summary>
internal static class FigureReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteHeader(TextWriter output) =>
        output.WriteLine($"{"figure",-26} {"value",7}  {"unit",-6} {"bar",5}  {"verdict",-7} {"runs",4}  {"spread",-16} {"a C call",11}");

    public static void WriteLine(TextWriter output, MeasuredFigure measured)
    {
        Figure figure = measured.Figure;
        (double min, double max) = measured.Spread;
        string verdict = measured.Passes ? "passes" : "MISSES";
        string spread = $"{min:F3} .. {max:F3}";
        string theirs = measured.TheirNanoseconds is { } nanoseconds ? $"{nanoseconds / 1000:F3} us" : "";
        output.WriteLine($"{figure.Name,-26} {measured.Value,7:F3}  {figure.Unit,-6} {figure.Bar,5:F2}  {verdict,-7} {measured.Runs.Count,4}  {spread,-16} {theirs,11}");
        output.Flush();
    }

    /// <summary>Writes <c>{"figures":[{"name","value","unit","against","runs"}]}</c>; a reader sees all of it or the file that was there before.</summary>
    public static void WriteJson(string path, IReadOnlyList<MeasuredFigure> figures)
    {
        var document = new Document([.. figures.Select(measured =>
            new Entry(measured.Figure.Name, measured.Value, measured.Figure.Unit, measured.Figure.Against, measured.Runs))]);
        string temporaryPath = $"{path}.part";
        File.WriteAllText(temporaryPath, JsonSerializer.Serialize(document, Indented) + "\n");
        File.Move(temporaryPath, path, overwrite: true);
    }

    private sealed record Document([property: JsonPropertyName("figures")] IReadOnlyList<Entry> Figures);

    private sealed record Entry(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("value")] double Value,
        [property: JsonPropertyName("unit")] string Unit,
        [property: JsonPropertyName("against")] string Against,
        [property: JsonPropertyName("runs")] IReadOnlyList<double> Runs);
}
