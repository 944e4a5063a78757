using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Evaluation;

namespace HpcVirt.Predictor.Training;

/// <summary>
/// Trains and evaluates on a table of ready features. Folds stand where periods stand elsewhere: settings are judged on the last folds but one, calibration and threshold come from the
/// last ones, and the model is fitted again on all that were given.
/// </summary>
public static class TableTrainer
{
    /// <summary>Whether a folder holds a table and no health data.</summary>
    /// <param name="directory">The folder.</param>
    public static bool IsTable(string directory) => FeatureTable.Find(directory) is not null;

    /// <summary>Trains on some folds.</summary>
    /// <param name="directory">The folder of table.csv.</param>
    /// <param name="folds">The folds; empty: all there are.</param>
    /// <param name="options">What is wanted; horizon and periods mean nothing here.</param>
    /// <param name="trainers">All engines, the preferred ones first.</param>
    /// <param name="isStrict">Whether the first bad row ends the reading.</param>
    /// <param name="onProgress">Told what is being done and how much of it is.</param>
    public static FailurePredictor Train(string directory, IReadOnlyList<int> folds, TrainingOptions options, IReadOnlyList<IFailureModelTrainer> trainers, bool isStrict, Action<string, double>? onProgress = null)
    {
        if (options.Problem() is { } problem) throw new PredictorException(problem);
        (IFailureModelTrainer trainer, string reason) = EngineChoice.Choose(options.Engine, trainers);
        string path = PathOf(directory);
        var table = FeatureTable.Read(path, new IngestReport(path, isStrict));
        int[] given = [.. (folds.Count > 0 ? folds : table.Folds.Distinct()).Order()];
        if (given.Length < 2) throw new PredictorException($"{path}: one fold only; a table needs two at least, one to fit and one to calibrate: give a column 'fold'.");
        int last = given[^1];
        TrainingData fit = table.Of(f => f != last && given.Contains(f)), judge = table.Of(f => f == last), all = table.Of(f => given.Contains(f));
        if ((fit.Problem() ?? judge.Problem()) is { } missing) throw new PredictorException($"{path}: {missing}");
        EngineSettings settings = Search(trainer, options, table, given, onProgress) with { Bags = options.Bags };
        IFailureModel model = trainer.Train(fit, settings);
        double[] margins = new double[judge.Rows];
        model.Score(judge.Values.Span, margins);
        bool[] labels = judge.Labels.ToArray();
        var calibration = Calibration.Fit(margins, labels);
        double[] risks = [.. margins.Select(calibration.Probability)];
        double threshold = BestF1(risks, labels).Threshold;
        if (options.Refits) model = trainer.Train(all, settings);
        var record = new TrainingRecord
        {
            Dataset = directory,
            Engine = trainer.Name,
            EngineVersion = trainer.Version,
            EngineReason = reason,
            Settings = settings,
            Seed = options.Seed,
            From = $"fold {given[0]}",
            To = $"fold {last}",
            CalibratedFrom = $"fold {last}",
            IsRefitted = options.Refits,
            Points = all.Rows,
            Positives = all.Positives,
            NegativeRate = 1,
            Metrics = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["calibrationFoldPrAuc"] = RankMetrics.AveragePrecision(risks, labels) },
        };
        var rows = new FeatureReference[all.Width];
        for (int f = 0; f < rows.Length; f++) rows[f] = FeatureReference.OfColumn(all, f);
        long horizonS = (long)options.Horizon.TotalSeconds;
        var thresholds = new Thresholds { Chosen = threshold, Rule = ThresholdChoice.BestF1, ByRule = new SortedDictionary<string, double>(StringComparer.Ordinal) { [ThresholdChoice.BestF1] = threshold } };
        return new FailurePredictor(table.Schema, [new HorizonModel(horizonS, model, calibration)], horizonS, 0, horizonS, thresholds, rows, record);
    }

    /// <summary>Evaluates on some folds; one line a figure.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="directory">The folder of table.csv.</param>
    /// <param name="folds">The folds; empty: all there are.</param>
    public static IEnumerable<string> Evaluate(FailurePredictor predictor, string directory, IReadOnlyList<int> folds)
    {
        string path = PathOf(directory);
        TrainingData data = FeatureTable.Read(path, new IngestReport(path, strict: false), predictor.Schema).Of(f => folds.Count == 0 || folds.Contains(f));
        if (data.Problem() is { } problem) throw new PredictorException($"{path}: {problem}");
        double[] risks = new double[data.Rows];
        predictor.Risks(data.Values.Span, risks);
        bool[] labels = data.Labels.ToArray();
        (double threshold, double recall, double precision) = BestF1(risks, labels);
        int named = risks.Count(r => r >= predictor.Threshold), right = Enumerable.Range(0, risks.Length).Count(i => labels[i] && risks[i] >= predictor.Threshold);
        yield return $"{path}: {data.Rows} rows, {data.Positives} positive";
        yield return $"ranking      PR-AUC {RankMetrics.AveragePrecision(risks, labels):0.0000}, ROC-AUC {RankMetrics.RocArea(risks, labels):0.000}";
        yield return $"alerts       [risk >= {predictor.Threshold:0.####}] recall {right / (double)data.Positives:0.000}, precision {(named == 0 ? double.NaN : right / (double)named):0.000}";
        yield return $"for compare  [best F1 on these very rows, risk >= {threshold:0.####}] recall {recall:0.000}, precision {precision:0.000}, F1 {2 * recall * precision / (recall + precision):0.000}";
    }

    private static string PathOf(string directory) => FeatureTable.Find(directory) ?? throw new HealthDataException(directory, 0, "holds no table.csv");

    private static EngineSettings Search(IFailureModelTrainer trainer, TrainingOptions options, FeatureTable table, int[] given, Action<string, double>? onProgress)
    {
        IReadOnlyList<EngineSettings> candidates = SearchSpace.Draw(trainer, options.Algorithm, options.Search, table.Labels.Count(static l => l), options.Seed);
        (EngineSettings Settings, double Score) best = (candidates[0], double.NegativeInfinity);
        // The last fold is kept for calibration; each of the others judges once.
        int[] judges = given[..^1];
        for (int i = 0; i < candidates.Count && judges.Length > 1 && candidates.Count > 1; i++)
        {
            double sum = 0;
            foreach (int judge in judges)
            {
                TrainingData fit = table.Of(f => f != judge && judges.Contains(f)), test = table.Of(f => f == judge);
                if (fit.Problem() is not null || test.Problem() is not null) continue;
                double[] margins = new double[test.Rows];
                trainer.Train(fit, candidates[i]).Score(test.Values.Span, margins);
                sum += RankMetrics.AveragePrecision(margins, test.Labels.ToArray());
            }

            if (sum > best.Score) best = (candidates[i], sum);
            onProgress?.Invoke("search", (i + 1) / (double)candidates.Count);
        }

        return best.Settings;
    }

    private static (double Threshold, double Recall, double Precision) BestF1(double[] risks, bool[] labels)
    {
        (double Score, double Recall, double Precision) = RankMetrics.Curve(risks, labels).MaxBy(static c => c.Recall + c.Precision == 0 ? 0 : c.Recall * c.Precision / (c.Recall + c.Precision));
        return (Score, Recall, Precision);
    }
}
