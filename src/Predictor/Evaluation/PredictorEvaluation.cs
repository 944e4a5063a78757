using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>Evaluates a predictor on a period of a dataset, honestly: every point judged by itself, nothing chosen on the period but what is called flattering.</summary>
public sealed class PredictorEvaluation
{
    private PredictorEvaluation(EvaluationReport report, EventJudge judge, FailurePredictor predictor, HealthDataset dataset, (double[] Mean, bool IsOfAlerts) importance)
    {
        Report = report;
        Judge = judge;
        Predictor = predictor;
        Dataset = dataset;
        Importance = importance;
    }

    internal EvaluationReport Report { get; }

    internal EventJudge Judge { get; }

    internal FailurePredictor Predictor { get; }

    internal HealthDataset Dataset { get; }

    /// <summary>Per feature, the mean size of its contributions on some of the points, and whether these are points with an alert.</summary>
    internal (double[] Mean, bool IsOfAlerts) Importance { get; }

    /// <summary>The report as lines for a terminal.</summary>
    public IEnumerable<string> ToText() => ReportText.Lines(Report);

    /// <summary>The report as JSON.</summary>
    public string ToJson() => ReportText.Json(Report);

    /// <summary>The report as one HTML page that needs nothing beside it.</summary>
    public string ToHtml() => HtmlReport.Write(this);

    /// <summary>Evaluates a predictor.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="dataset">The data, which must hold the failures up to one horizon after the period.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="onProgress">Told what is being done and how much of it is, from 0 to 1.</param>
    public static PredictorEvaluation Run(FailurePredictor predictor, HealthDataset dataset, EvaluationOptions options, Action<string, double>? onProgress = null)
    {
        if (options.Costs.Problem() is { } problem) throw new PredictorException(problem);
        if (predictor.Schema.IsTable) throw new PredictorException("the model was trained on a feature table, not on health data; evaluate it on a folder with a table.csv.");
        dataset.ApplyTemplates(new Sources.TemplateMatcher(predictor.Schema.Templates));
        var grid = new PointGrid(dataset);
        var failures = new FailureIndex(dataset.Failures, dataset.Description.MergeFailuresS);
        TimeRange range = RangeOf(predictor, dataset, grid, options);
        var rules = new SimpleRules(predictor.Schema, predictor.MainHorizonS);
        var importance = new FeatureImportance(predictor);
        PointScoring scoring = PointScoring.Run(dataset, predictor.Schema, Told(grid.Points(range), range, onProgress), [predictor.Main.Model], (_, row) =>
        {
            rules.See(row);
            importance.See(row);
        }, onProgress);
        if (scoring.Points.Count == 0) throw new PredictorException($"there is no point in {range}; the grid has its points where nodes are observed: check the period.");
        ScoredPoint[] points = [.. Enumerable.Range(0, scoring.Points.Count).Select(i =>
        {
            Point point = scoring.Points[i];
            return new ScoredPoint(point.Node, point.TimeS, failures.Label(point.Node, point.TimeS, predictor.MainHorizonS), predictor.Main.Calibration.Probability(scoring.Margins[0][i]));
        })];
        var judge = new EventJudge(points, failures, predictor.MainHorizonS, predictor.LeadS, grid.StepS);
        var builder = new ReportBuilder(predictor, dataset, grid, failures, points, judge, options);
        EvaluationReport report = builder.Build(range, rules, Oracle.Read(dataset, scoring.Points), WarningsOf(predictor, range, scoring));
        return new PredictorEvaluation(report, judge, predictor, dataset, importance.Mean());
    }

    private static IEnumerable<Point> Told(IEnumerable<Point> points, TimeRange range, Action<string, double>? onProgress)
    {
        long timeS = long.MinValue;
        foreach (Point point in points)
        {
            if (point.TimeS != timeS)
            {
                timeS = point.TimeS;
                onProgress?.Invoke("score", (timeS - range.FromS) / (double)Math.Max(1, range.ToS - range.FromS));
            }

            yield return point;
        }
    }

    private static TimeRange RangeOf(FailurePredictor predictor, HealthDataset dataset, PointGrid grid, EvaluationOptions options)
    {
        string fallback = "test";
        IReadOnlyDictionary<string, TimeRange>? periods = dataset.Description.Periods.GetValueOrDefault(predictor.MainHorizonS);
        if (periods is not null && periods.TryGetValue("validation", out TimeRange validation)
            && TimeText.TryParse(predictor.Record.To, TimeZoneInfo.Utc, out long trainedToS) && trainedToS < validation.FromS)
        {
            fallback = "validation";
        }

        return PeriodChoice.Choose(dataset, grid, predictor.MainHorizonS, options.From, options.To, options.Period, fallback);
    }

    private static List<string> WarningsOf(FailurePredictor predictor, TimeRange range, PointScoring scoring)
    {
        var warnings = new List<string>();
        if (TimeText.TryParse(predictor.Record.To, TimeZoneInfo.Utc, out long trainedToS) && range.FromS <= trainedToS + predictor.MainHorizonS)
            warnings.Add($"the period begins within training (up to {predictor.Record.To}, labels one horizon further): the numbers flatter the model");
        if (scoring.AbsentSensors.Count > 0)
            warnings.Add($"the data lack {scoring.AbsentSensors.Count} sensors of the model, which count as missing: {string.Join(", ", scoring.AbsentSensors.Take(5))}");
        return warnings;
    }
}
