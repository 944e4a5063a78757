using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Features;

namespace HpcVirt.Predictor.Data;

/// <summary>
/// A table of ready features, table.csv (plain or .gz): columns <c>id</c> and <c>fold</c> name rows and parts, <c>label</c> is 0 or 1, all others are features: numbers, or words of which each
/// becomes a number. There is no time in it; parts take the place of periods.
/// </summary>
internal sealed class FeatureTable
{
    public const string IdColumn = "id";
    public const string FoldColumn = "fold";
    public const string LabelColumn = "label";

    private const int WordsMax = 1000;

    public List<string> Ids { get; } = [];

    public List<int> Folds { get; } = [];

    public List<bool> Labels { get; } = [];

    public required FeatureSchema Schema { get; init; }

    public List<float> Values { get; } = [];

    public static string? Find(string directory)
    {
        string plain = Path.Combine(directory, "table.csv"), packed = plain + ".gz";
        return File.Exists(plain) ? plain : File.Exists(packed) ? packed : null;
    }

    /// <summary>Reads a table: with the schema of a model, or declaring one.</summary>
    public static FeatureTable Read(string path, IngestReport report, FeatureSchema? known = null)
    {
        FeatureSchema schema = known ?? Declare(path);
        if (!schema.IsTable) throw new PredictorException($"{path}: the model was trained on health data, not on a table; give the folder of health data.");
        var table = new FeatureTable { Schema = schema };
        using var rows = new CsvRows(path, report);
        int[] columns = [.. schema.Features.Select(f => rows.ColumnOf(f.Of))];
        int label = rows.ColumnOf(LabelColumn);
        int? id = rows.FindColumn(IdColumn), fold = rows.FindColumn(FoldColumn);
        while (rows.Next())
        {
            if (rows[label] is not ("0" or "1"))
            {
                report.Add(RowProblem.BadNumber, rows.Line, $"the label '{rows[label]}' is neither 0 nor 1");
                continue;
            }

            int part = 0;
            if (fold is { } f && !int.TryParse(rows[f], NumberStyles.None, CultureInfo.InvariantCulture, out part))
            {
                report.Add(RowProblem.BadNumber, rows.Line, $"'{rows[f]}' is no fold");
                continue;
            }

            table.Ids.Add(id is { } i ? rows[i] : (table.Ids.Count + 1).ToString(CultureInfo.InvariantCulture));
            table.Folds.Add(part);
            table.Labels.Add(rows[label] == "1");
            for (int c = 0; c < columns.Length; c++) table.Values.Add(Value(schema.Features[c], rows[columns[c]], report, rows.Line));
        }

        return table;
    }

    /// <summary>The rows of some folds.</summary>
    public TrainingData Of(Func<int, bool> takes)
    {
        int width = Schema.Features.Count;
        int[] rows = [.. Enumerable.Range(0, Labels.Count).Where(i => takes(Folds[i]))];
        float[] values = new float[(long)rows.Length * width];
        for (int i = 0; i < rows.Length; i++) Values.CopyTo(rows[i] * width, values, i * width, width);
        return new TrainingData(width, values, rows.Select(i => Labels[i]).ToArray());
    }

    private static FeatureSchema Declare(string path)
    {
        using var rows = new CsvRows(path, new IngestReport(path, strict: false));
        int[] columns = [.. Enumerable.Range(0, rows.Header.Count).Where(i => rows.Header[i] is not (IdColumn or FoldColumn or LabelColumn))];
        var words = new SortedSet<string>?[columns.Length];
        while (rows.Next())
        {
            for (int c = 0; c < columns.Length; c++)
            {
                string text = rows[columns[c]];
                if (text.Length == 0 || float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) continue;
                SortedSet<string> own = words[c] ??= new SortedSet<string>(StringComparer.Ordinal);
                if (own.Add(text) && own.Count > WordsMax) throw new HealthDataException(path, rows.Line, $"the column '{rows.Header[columns[c]]}' has more than {WordsMax} words; it is a name, and no feature: take it out");
            }
        }

        return new FeatureSchema
        {
            Features = [.. columns.Select((column, c) => words[c] is not { } own
                ? new FeatureSpec(FeatureSource.Column, rows.Header[column], FeatureStat.Value)
                : new FeatureSpec(FeatureSource.Column, rows.Header[column], FeatureStat.Rank) { Words = own.Select(static (word, i) => (word, i)).ToDictionary(static w => w.word, static w => (float)w.i) })],
        };
    }

    private static float Value(FeatureSpec feature, string text, IngestReport report, long line)
    {
        if (text.Length == 0) return float.NaN;
        if (feature.Stat == FeatureStat.Rank) return feature.Words!.TryGetValue(text, out float rank) ? rank : float.NaN;
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)) return value;
        report.Add(RowProblem.BadNumber, line, $"'{text}' is no finite number");
        return float.NaN;
    }
}
