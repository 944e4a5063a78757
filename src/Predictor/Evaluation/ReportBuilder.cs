using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>Puts the report together from scored points.</summary>
internal sealed class ReportBuilder(
    FailurePredictor predictor, HealthDataset dataset, PointGrid grid, FailureIndex failures, ScoredPoint[] points, EventJudge judge, EvaluationOptions options)
{
    private const int Bins = 10;

    private static readonly double[] Precisions = [0.5, 0.8];

    private readonly double[] _risks = [.. points.Select(static p => p.Risk)];
    private readonly bool[] _labels = [.. points.Select(static p => p.Label)];

    public EvaluationReport Build(TimeRange range, SimpleRules rules, double[]? oracle, IReadOnlyList<string> warnings)
    {
        EventOutcome chosen = judge.Judge(predictor.Threshold);
        EventOutcome[] sweep = [.. judge.Candidates().Select(judge.Judge)];
        EventOutcome best = sweep.Append(chosen).MaxBy(static o => o.F1)!;
        Bootstrap? bootstrap = options.Replicates > 0 ? new Bootstrap(points, options.Replicates, options.Seed) : null;
        List<CalibrationBin> bins = BinsOf();
        RuleOutcome[] outcomes = [.. rules.Names.Select((name, i) => Rule(name, [.. rules.Scores[i]]))];
        ScoredPoint riskiest = points.MaxBy(static p => p.Risk);
        ValueOutcome value = Value(chosen);
        return new EvaluationReport
        {
            Dataset = dataset.Name,
            From = TimeText.Format(range.FromS),
            To = TimeText.Format(range.ToS),
            HorizonHours = predictor.MainHorizonS / 3600.0,
            LeadHours = predictor.LeadS / 3600.0,
            StepHours = grid.StepS / 3600.0,
            Engine = predictor.Engine,
            Points = points.Length,
            Positives = _labels.LongCount(static l => l),
            Nodes = points.Select(static p => p.Node).Distinct().Count(),
            Failures = judge.Failures,
            PrAuc = RankMetrics.AveragePrecision(_risks, _labels),
            PrAucInterval = bootstrap?.AveragePrecision(),
            RocAuc = RankMetrics.RocArea(_risks, _labels),
            Brier = points.Average(static p => (p.Risk - (p.Label ? 1 : 0)) * (p.Risk - (p.Label ? 1 : 0))),
            CalibrationError = bins.Sum(static b => b.Points * Math.Abs(b.MeanRisk - b.ObservedShare)) / points.Length,
            Alerts = Point(chosen, predictor.Thresholds.Rule, range, bootstrap),
            BestF1 = Point(best, "best event F1 on this very period", range, null),
            RecallAtPrecision = [.. Precisions.Concat(options.AtPrecision is { } p ? [p] : []).Distinct().Order().Select(precision =>
            {
                EventOutcome[] precise = [.. sweep.Append(chosen).Where(o => o.Precision >= precision)];
                return new RecallAtPrecision(precision, precise.Length == 0 ? null : precise.Max(static o => o.Recall));
            })],
            ByKind = [.. chosen.ByKind.Select(k => new KindOutcome(dataset.FailureKinds[k.Key], k.Value.Failures, k.Value.Caught)).OrderByDescending(static k => k.Failures)],
            Rules = outcomes,
            BestRulePrAuc = outcomes.Length == 0 ? 0 : outcomes.Max(static r => r.PrAuc),
            Riskiest = $"{dataset.NodeNames[riskiest.Node]} {TimeText.Format(riskiest.TimeS)}",
            Value = value,
            SavedNodeHours = value.SavedNodeHours,
            Calibration = bins,
            BestReachablePrAuc = oracle is null ? null : RankMetrics.AveragePrecision(oracle, _labels),
            Warnings = warnings,
        };
    }

    private OperatingPoint Point(EventOutcome outcome, string rule, TimeRange range, Bootstrap? bootstrap)
    {
        double days = Math.Max(grid.StepS, range.ToS - range.FromS + grid.StepS) / 86400.0;
        var point = new OperatingPoint(
            outcome.Threshold, rule, outcome.Recall, outcome.Caught, outcome.Failures, outcome.Precision, outcome.RightMigrations, outcome.Migrations,
            outcome.MedianLeadHours, outcome.Quantile(0.1), outcome.FalseAlarmsPerNodeMonth, outcome.Migrations / days)
        {
            LeadHours = outcome.LeadHours,
        };
        if (bootstrap is null) return point;
        (double[] caught, double[] all, double[] right, double[] moves) = judge.ByNode(outcome.Threshold, bootstrap.SlotOf);
        return point with { EventRecallInterval = bootstrap.Ratio(caught, all), MigrationPrecisionInterval = bootstrap.Ratio(right, moves) };
    }

    private RuleOutcome Rule(string name, double[] scores)
    {
        ScoredPoint[] scored = [.. points.Select((p, i) => p with { Risk = scores[i] })];
        var own = new EventJudge(scored, failures, predictor.MainHorizonS, predictor.LeadS, grid.StepS);
        EventOutcome best = own.Candidates(40).Select(own.Judge).MaxBy(static o => o.F1)!;
        return new RuleOutcome(name, RankMetrics.AveragePrecision(scores, _labels), RankMetrics.RocArea(scores, _labels), best.Recall, best.Precision);
    }

    private ValueOutcome Value(EventOutcome outcome)
    {
        CostModel costs = options.Costs;
        double without = outcome.Failures * costs.FailureNodeHours, saved = costs.SavedNodeHours(outcome);
        return new ValueOutcome(costs.FailureNodeHours, costs.MigrationNodeHours, costs.BreakEvenPrecision, without, without - saved, saved, without == 0 ? 0 : saved / without);
    }

    /// <summary>Bins of equal width in rank among the riskier half, where there is something to see; the rest is one bin.</summary>
    private List<CalibrationBin> BinsOf()
    {
        int[] order = [.. Enumerable.Range(0, _risks.Length)];
        double[] keys = [.. _risks];
        Array.Sort(keys, order);
        var bins = new List<CalibrationBin>();
        int from = 0;
        for (int b = 0; b < Bins && from < order.Length; b++)
        {
            int to = b == Bins - 1 ? order.Length : Math.Max(from + 1, order.Length - (int)(order.Length * Math.Pow(0.45, b + 1)));
            double risk = 0, positive = 0;
            for (int i = from; i < to; i++)
            {
                risk += _risks[order[i]];
                positive += _labels[order[i]] ? 1 : 0;
            }

            if (to > from) bins.Add(new CalibrationBin(risk / (to - from), positive / (to - from), to - from));
            from = to;
        }

        return bins;
    }
}
