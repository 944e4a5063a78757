using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Evaluation;
using HpcVirt.Predictor.Features;

namespace HpcVirt.Predictor.Training;

/// <summary>
/// Trains a predictor on a folder of health data: declares features, collects rows, searches settings by walking forward, calibrates and sets thresholds on a later
/// window, and fits again on everything. One seed decides everything random.
/// </summary>
public sealed class PredictorTrainer
{
    private const int Folds = 2;

    private readonly HealthDataset _dataset;
    private readonly TrainingOptions _options;
    private readonly IFailureModelTrainer _trainer;
    private readonly string _engineReason;
    private readonly Action<string, double>? _onProgress;
    private readonly PointGrid _grid;
    private readonly FailureIndex _failures;
    private readonly long _horizonS;
    private readonly long _leadS;

    private PredictorTrainer(HealthDataset dataset, TrainingOptions options, IReadOnlyList<IFailureModelTrainer> trainers, Action<string, double>? onProgress)
    {
        if (options.Problem() is { } problem) throw new PredictorException(problem);
        _dataset = dataset;
        _options = options;
        _onProgress = onProgress;
        (_trainer, _engineReason) = EngineChoice.Choose(options.Engine, trainers);
        _grid = new PointGrid(dataset);
        _failures = new FailureIndex(dataset.Failures, dataset.Description.MergeFailuresS);
        _horizonS = (long)options.Horizon.TotalSeconds;
        _leadS = options.Lead is { } lead ? (long)lead.TotalSeconds : dataset.Description.MinimumLeadS > 0 ? dataset.Description.MinimumLeadS : 900;
    }

    /// <summary>Trains a predictor.</summary>
    /// <param name="dataset">The data.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="trainers">All engines, the preferred ones first.</param>
    /// <param name="onProgress">Told what is being done and how much of it is, from 0 to 1.</param>
    public static FailurePredictor Train(HealthDataset dataset, TrainingOptions options, IReadOnlyList<IFailureModelTrainer> trainers, Action<string, double>? onProgress = null) =>
        new PredictorTrainer(dataset, options, trainers, onProgress).Run();

    private FailurePredictor Run()
    {
        if (_dataset.Failures.Count == 0) throw new HealthDataException(_dataset.Directory, 0, "there is no failures.csv, or it is empty; a predictor learns from failures");
        TimeRange period = PeriodChoice.Choose(_dataset, _grid, _horizonS, _options.From, _options.To, _options.Period, "refit");
        GridCounts counts = _grid.Count(period, _failures, _horizonS);
        if (counts.Positives == 0) throw new PredictorException($"none of the {counts.Points} points of {period} has a failure within {DurationText.Format(_horizonS)} after it; take a longer period or a longer horizon.");
        double rate = Math.Min(1, Math.Max(1, _options.RowsMax - counts.Positives) / (double)Math.Max(1, counts.Points - counts.Positives));
        FeatureSchema schema = _options.SchemaJson is { } json
            ? FeatureSchema.Parse(json, "the schema")
            : SchemaBuilder.Build(_dataset, _grid, _failures, period, _horizonS, _onProgress);
        _dataset.ApplyTemplates(new Sources.TemplateMatcher(schema.Templates));

        LabelledRows rows = Collect(schema, period, rate);
        long calibratedFromS = _grid.CeilingS(period.ToS - (long)(_options.CalibrationShare * (period.ToS - period.FromS)));
        var fit = new TimeRange(period.FromS, calibratedFromS - _horizonS - 1);
        if (rows.Between(fit.FromS, fit.ToS) is { } fitted && fitted.Problem() is { } problem) throw new PredictorException($"before the calibration window ({TimeText.Format(calibratedFromS)}), less one horizon, {problem}");
        (EngineSettings settings, double walkForward) = Search(rows, fit, rate);
        settings = settings with { Bags = _options.Bags };

        var horizons = new List<HorizonModel>();
        long[] horizonsS = [.. _options.FurtherHorizons.Select(static h => (long)h.TotalSeconds).Append(_horizonS).Distinct().Order()];
        var models = new IFailureModel[horizonsS.Length];
        for (int h = 0; h < models.Length; h++) models[h] = Fit(rows, fit.FromS, calibratedFromS - horizonsS[h] - 1, horizonsS[h], settings, "fit");
        // Scored whole, not sampled: thresholds are counted in alerts.
        var calibrationRange = new TimeRange(calibratedFromS, period.ToS);
        var window = PointScoring.Run(_dataset, schema, _grid.Points(calibrationRange), models, onProgress: _onProgress);
        Thresholds? thresholds = null;
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (!double.IsNaN(walkForward)) metrics["walkForwardPrAuc"] = walkForward;
        for (int h = 0; h < models.Length; h++)
        {
            // A longer horizon's labels reach further: its training and calibration end where its labels are still known.
            long knownS = period.ToS + _horizonS - Math.Max(_horizonS, horizonsS[h]);
            ScoredPoint[] scored = Scored(window, h, horizonsS[h], knownS);
            var calibration = Calibration.Fit([.. scored.Select(static p => p.Risk)], [.. scored.Select(static p => p.Label)]);
            if (horizonsS[h] == _horizonS) thresholds = Judge([.. scored.Select(p => p with { Risk = calibration.Probability(p.Risk) })], metrics);
            IFailureModel model = _options.Refits ? Fit(rows, period.FromS, knownS, horizonsS[h], settings, "refit") : models[h];
            horizons.Add(new HorizonModel(horizonsS[h], model, calibration));
        }

        FeatureReference[] references = FeatureReference.Of(rows, rows.Between(period.FromS, period.ToS).Values.Span);
        var record = new TrainingRecord
        {
            Dataset = _dataset.Name,
            Engine = _trainer.Name,
            EngineVersion = _trainer.Version,
            EngineReason = _engineReason,
            Settings = settings,
            Seed = _options.Seed,
            From = TimeText.Format(period.FromS),
            To = TimeText.Format(period.ToS),
            CalibratedFrom = TimeText.Format(calibratedFromS),
            IsRefitted = _options.Refits,
            Points = counts.Points,
            Positives = counts.Positives,
            NegativeRate = rate,
            Metrics = metrics,
        };
        return new FailurePredictor(schema, horizons, _horizonS, _leadS, _grid.StepS, thresholds!, references, record);
    }

    private LabelledRows Collect(FeatureSchema schema, TimeRange period, double rate)
    {
        var engine = new FeatureEngine(schema, _dataset.Nodes, _dataset.Sensors, _dataset.EventTokens, _dataset.FailureKinds, _dataset.Options.Zone);
        using var replay = new Replay(_dataset, engine, _onProgress);
        var rows = new LabelledRows(engine.Width);
        double spanS = Math.Max(1, period.ToS - period.FromS);
        long timeS = long.MinValue;
        foreach (Point point in _grid.Points(period))
        {
            if (point.TimeS != timeS)
            {
                timeS = point.TimeS;
                replay.AdvanceTo(timeS);
                _onProgress?.Invoke("features", (timeS - period.FromS) / spanS);
            }

            bool label = _failures.Label(point.Node, point.TimeS, _horizonS);
            if (label || LabelledRows.Takes(point, rate, _options.Seed)) rows.Add(point, label, engine);
        }

        return rows;
    }

    private (EngineSettings Settings, double PrAuc) Search(LabelledRows rows, TimeRange fit, double rate)
    {
        int positives = rows.Between(fit.FromS, fit.ToS).Positives;
        IReadOnlyList<EngineSettings> candidates = SearchSpace.Draw(_trainer, _options.Algorithm, _options.Search, positives, _options.Seed);
        if (candidates.Count == 1) return (candidates[0], double.NaN);
        IReadOnlyList<(TimeRange, TimeRange)> folds = WalkForward.Folds(fit, _horizonS, Folds);
        (EngineSettings Settings, double PrAuc) best = (candidates[0], double.NaN);
        for (int i = 0; i < candidates.Count; i++)
        {
            double prAuc = WalkForward.Judge(_trainer, candidates[i], rows, folds, rate);
            if (!double.IsNaN(prAuc) && !(prAuc <= best.PrAuc)) best = (candidates[i], prAuc);
            _onProgress?.Invoke("search", (i + 1) / (double)candidates.Count);
        }

        return best;
    }

    private IFailureModel Fit(LabelledRows rows, long fromS, long toS, long horizonS, EngineSettings settings, string what)
    {
        TrainingData data = rows.Between(fromS, toS, point => _failures.Label(point.Node, point.TimeS, horizonS));
        if (data.Problem() is { } problem) throw new PredictorException($"for the horizon {DurationText.Format(horizonS)}, {problem}");
        string task = $"{what} {DurationText.Format(horizonS)}";
        _onProgress?.Invoke(task, 0);
        return _trainer.Train(data, settings, share => _onProgress?.Invoke(task, share));
    }

    private ScoredPoint[] Scored(PointScoring window, int model, long horizonS, long untilS)
    {
        var scored = new List<ScoredPoint>(window.Points.Count);
        for (int i = 0; i < window.Points.Count && window.Points[i].TimeS <= untilS; i++)
        {
            Point point = window.Points[i];
            scored.Add(new ScoredPoint(point.Node, point.TimeS, _failures.Label(point.Node, point.TimeS, horizonS), window.Margins[model][i]));
        }

        return [.. scored];
    }

    private Thresholds Judge(ScoredPoint[] scored, SortedDictionary<string, double> metrics)
    {
        var judge = new EventJudge(scored, _failures, _horizonS, _leadS, _grid.StepS);
        Thresholds thresholds = ThresholdChoice.Choose(judge, _options.AlertBudget, _options.Costs);
        EventOutcome outcome = judge.Judge(thresholds.Chosen);
        double[] risks = [.. scored.Select(static p => p.Risk)];
        bool[] labels = [.. scored.Select(static p => p.Label)];
        metrics["calibrationWindowPrAuc"] = RankMetrics.AveragePrecision(risks, labels);
        metrics["calibrationWindowRocAuc"] = RankMetrics.RocArea(risks, labels);
        metrics["calibrationWindowEventRecall"] = outcome.Recall;
        metrics["calibrationWindowMigrationPrecision"] = outcome.Precision;
        foreach (string name in metrics.Where(static m => !double.IsFinite(m.Value)).Select(static m => m.Key).ToArray()) metrics.Remove(name);
        return thresholds;
    }
}
