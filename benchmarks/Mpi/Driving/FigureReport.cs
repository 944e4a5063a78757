using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>Shows figures as a table for people and as JSON for machines.</summary>
internal static class FigureReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteHeader(TextWriter output) =>
        output.WriteLine($"{"figure",-26} {"value",8}  {"unit",-6} {"bar",6}  {"verdict",-7} {"runs",4}  spread");

    public static void WriteLine(TextWriter output, FigureValue figure)
    {
        (double min, double max) = figure.Spread;
        output.WriteLine(
            $"{figure.Name,-26} {figure.Value,8:F3}  {figure.Unit,-6} {figure.Bar,6:F2}  {(figure.Passes ? "passes" : "MISSES"),-7} {figure.Runs.Count,4}  {min:F3} .. {max:F3}");
        output.Flush();
    }

    /// <summary>Writes <c>{"figures":[{"name","value","unit","against","runs"}]}</c>; a reader sees all of it or the file that was there before.</summary>
    public static void WriteJson(string path, IReadOnlyList<FigureValue> figures)
    {
        var document = new Document([.. System.Linq.Enumerable.Select(figures, figure => new Entry(figure.Name, figure.Value, figure.Unit, figure.Against, figure.Runs))]);
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
