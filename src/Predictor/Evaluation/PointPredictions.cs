using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Features;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>Risks for points that somebody else chose: in a CSV of node and time, out the same rows in the same order with a risk. Every point is judged by itself.</summary>
public static class PointPredictions
{
    /// <summary>Writes the risks of points.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="dataset">The data.</param>
    /// <param name="pointsPath">The points: columns node and time, plain or .gz.</param>
    /// <param name="predictionsPath">The predictions: node, time, risk; .gz is packed.</param>
    /// <param name="onProgress">Told what is being done and how much of it is, from 0 to 1.</param>
    /// <returns>The number of points.</returns>
    public static int Write(FailurePredictor predictor, HealthDataset dataset, string pointsPath, string predictionsPath, Action<string, double>? onProgress = null)
    {
        (List<Point> points, List<(string Node, string Time)> texts) = Read(dataset, pointsPath);
        dataset.ApplyTemplates(new Sources.TemplateMatcher(predictor.Schema.Templates));
        int[] order = [.. Enumerable.Range(0, points.Count).OrderBy(i => points[i].TimeS).ThenBy(i => points[i].Node)];
        PointScoring scoring = PointScoring.Run(dataset, predictor.Schema, order.Select(i => points[i]), [predictor.Main.Model], onProgress: onProgress);
        double[] risks = new double[points.Count];
        for (int k = 0; k < order.Length; k++) risks[order[k]] = predictor.Main.Calibration.Probability(scoring.Margins[0][k]);
        string part = predictionsPath + ".part";
        using (var file = new FileStream(part, FileMode.Create))
        using (Stream packed = predictionsPath.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file)
        using (var writer = new StreamWriter(packed, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            writer.Write("node,time,risk\n");
            for (int i = 0; i < texts.Count; i++) writer.Write($"{Quoted(texts[i].Node)},{texts[i].Time},{risks[i].ToString("R", CultureInfo.InvariantCulture)}\n");
        }

        File.Move(part, predictionsPath, overwrite: true);
        return points.Count;
    }

    private static (List<Point> Points, List<(string Node, string Time)> Texts) Read(HealthDataset dataset, string path)
    {
        var points = new List<Point>();
        var texts = new List<(string, string)>();
        using var rows = new CsvRows(path, new IngestReport(path, strict: true));
        int node = rows.ColumnOf("node"), time = rows.ColumnOf("time");
        while (rows.Next())
        {
            if (!TimeText.TryParse(rows[time], dataset.Options.Zone, out long timeS)) throw new HealthDataException(path, rows.Line, $"'{rows[time]}' is no time; write for example 2015-06-01T00:00:00Z.");
            if (rows[node].Length == 0) throw new HealthDataException(path, rows.Line, "the node has no name");
            points.Add(new Point(timeS, dataset.Nodes.Names.IndexOf(rows[node])));
            texts.Add((rows[node], rows[time]));
        }

        return (points, texts);
    }

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
