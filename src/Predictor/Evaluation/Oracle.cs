using System.Collections.Generic;
using System.Globalization;
using System.IO;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>
/// What the simulator knows: oracle.csv.gz (time, node, risk), the chance of a failure given the hidden state of each node. No predictor can rank
/// points better. It is read only to say how far a predictor is from that; training never opens it.
/// </summary>
internal static class Oracle
{
    public const string FileName = "oracle.csv.gz";

    /// <summary>The oracle's risk of each point; null where there is no oracle, or not for all points.</summary>
    public static double[]? Read(HealthDataset dataset, IReadOnlyList<Point> points)
    {
        string path = Path.Combine(dataset.Directory, FileName);
        if (!File.Exists(path)) return null;
        var indices = new Dictionary<Point, int>(points.Count);
        for (int i = 0; i < points.Count; i++) indices[points[i]] = i;
        double[] risks = new double[points.Count];
        int found = 0;
        using var rows = new CsvRows(path, new IngestReport(path, strict: true));
        int time = rows.ColumnOf("time"), node = rows.ColumnOf("node"), risk = rows.ColumnOf("risk");
        while (rows.Next())
        {
            if (!TimeText.TryParse(rows[time], dataset.Options.Zone, out long timeS) || dataset.Nodes.Names.Find(rows[node]) is not { } index) continue;
            if (!indices.TryGetValue(new Point(timeS, index), out int at)) continue;
            risks[at] = double.Parse(rows[risk], CultureInfo.InvariantCulture);
            found++;
        }

        return found == points.Count ? risks : null;
    }
}
