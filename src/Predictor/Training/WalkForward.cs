using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Evaluation;

namespace HpcVirt.Predictor.Training;

/// <summary>
/// Judges settings as they will be used: trained on what lies before a stretch of time, less one horizon, and judged on that stretch; for
/// several stretches, one after the other. Only rows of the training period are touched.
/// </summary>
internal static class WalkForward
{
    private const int PositivesMin = 10;

    /// <summary>The stretches: the last parts of a period cut into one more.</summary>
    public static IReadOnlyList<(TimeRange Fit, TimeRange Judge)> Folds(TimeRange period, long horizonS, int folds)
    {
        // The first part is twice as long: the first fit needs something to learn from.
        long partS = (period.ToS - period.FromS) / (folds + 2);
        return [.. Enumerable.Range(0, folds).Select(i =>
        {
            long fromS = period.FromS + ((i + 2) * partS);
            return (new TimeRange(period.FromS, fromS - horizonS - 1), new TimeRange(fromS, i == folds - 1 ? period.ToS : fromS + partS - 1));
        })];
    }

    /// <summary>The mean over the stretches of PR-AUC, as if negatives had not been sampled; NaN where no stretch has enough positives.</summary>
    public static double Judge(IFailureModelTrainer trainer, EngineSettings settings, LabelledRows rows, IReadOnlyList<(TimeRange Fit, TimeRange Judge)> folds, double negativeRate)
    {
        double sum = 0;
        int count = 0;
        foreach ((TimeRange fit, TimeRange judge) in folds)
        {
            TrainingData train = rows.Between(fit.FromS, fit.ToS), test = rows.Between(judge.FromS, judge.ToS);
            if (train.Positives < PositivesMin || test.Positives < PositivesMin || train.Positives == train.Rows) continue;
            IFailureModel model = trainer.Train(train, settings);
            double[] margins = new double[test.Rows];
            model.Score(test.Values.Span, margins);
            bool[] labels = test.Labels.ToArray();
            sum += RankMetrics.AveragePrecision(margins, labels, [.. labels.Select(l => l ? 1 : 1 / negativeRate)]);
            count++;
        }

        return count == 0 ? double.NaN : sum / count;
    }
}
