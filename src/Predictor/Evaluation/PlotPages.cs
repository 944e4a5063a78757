using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>The plots of the report.</summary>
internal static class PlotPages
{
    private const string Main = "#1f6fb2";
    private const string Warm = "#d1495b";
    private const string Soft = "#8796a8";
    private const int CurvePoints = 400;

    public static string PrecisionRecall(PredictorEvaluation evaluation)
    {
        ScoredPoint[] points = [.. evaluation.Judge.Points];
        (double Score, double Recall, double Precision)[] curve = [.. RankMetrics.Curve([.. points.Select(static p => p.Risk)], [.. points.Select(static p => p.Label)])];
        int stride = Math.Max(1, curve.Length / 20_000);
        var plot = new SvgPlot((0, 1), (0, 1), "recall (points)", "precision (points)");
        // At most so many corners, evenly spaced in recall: the curve's first part is its interesting one.
        var kept = new List<(double, double)>();
        double next = 0;
        foreach ((_, double recall, double precision) in curve.Where((_, i) => i % stride == 0))
        {
            if (recall < next) continue;
            kept.Add((recall, precision));
            next = recall + (1.0 / CurvePoints);
        }

        double chance = evaluation.Report.Positives / (double)evaluation.Report.Points;
        plot.Line([(0, chance), (1, chance)], Soft, isDashed: true, width: 1.5);
        plot.Line(kept, Main);
        return plot.ToString();
    }

    public static string Calibration(EvaluationReport report)
    {
        double largest = Math.Max(1e-4, report.Calibration.Max(static b => Math.Max(b.MeanRisk, b.ObservedShare)));
        double top = Math.Min(1, largest * 1.1);
        var plot = new SvgPlot((0, top), (0, top), "predicted risk", "observed share");
        plot.Line([(0, 0), (top, top)], Soft, isDashed: true, width: 1.5);
        plot.Line(report.Calibration.Select(static b => (b.MeanRisk, b.ObservedShare)), Main, width: 1.5);
        foreach (CalibrationBin bin in report.Calibration) plot.Dot(bin.MeanRisk, bin.ObservedShare, 4, Main);
        return plot.ToString();
    }

    public static string Leads(EvaluationReport report)
    {
        const int bins = 16;
        IReadOnlyList<double> leads = report.Alerts.LeadHours;
        int[] counts = new int[bins];
        foreach (double lead in leads) counts[Math.Clamp((int)(lead / report.HorizonHours * bins), 0, bins - 1)]++;
        var plot = new SvgPlot((0, report.HorizonHours), (0, Math.Max(4, counts.Max() * 1.1)), "hours of warning", "failures caught");
        for (int i = 0; i < bins; i++)
        {
            if (counts[i] > 0) plot.Bar(i * report.HorizonHours / bins, (i + 1) * report.HorizonHours / bins, counts[i], Main);
        }

        return plot.ToString();
    }

    public static string Sweep(PredictorEvaluation evaluation)
    {
        EventOutcome[] outcomes = [.. evaluation.Judge.Candidates(120).Select(evaluation.Judge.Judge).Where(static o => o.Migrations > 0)];
        double most = Math.Max(1e-3, outcomes.Max(static o => o.MigrationsPerNodeMonth)), least = Math.Min(most / 10, Math.Max(1e-5, outcomes.Min(static o => o.MigrationsPerNodeMonth)));
        var plot = new SvgPlot((least, most), (0, 1), "moves per node and month", "share of failures caught", isLogX: true);
        plot.Line(outcomes.Select(static o => (o.MigrationsPerNodeMonth, o.Recall)), Main, width: 1.5);
        foreach (EventOutcome outcome in outcomes) plot.Dot(outcome.MigrationsPerNodeMonth, outcome.Recall, 2.5, Main);
        EventOutcome own = evaluation.Judge.Judge(evaluation.Predictor.Threshold);
        plot.Dot(own.MigrationsPerNodeMonth, own.Recall, 8, "none", Warm);
        return plot.ToString();
    }

    /// <summary>A lane a node: the risk as shade, standing alerts below it, failures as marks.</summary>
    public static string Timeline(PredictorEvaluation evaluation, int nodesMax)
    {
        const double width = 1040, left = 110, lane = 26;
        ScoredPoint[] points = [.. evaluation.Judge.Points];
        if (points.Length == 0) return "";
        long fromS = points.Min(static p => p.TimeS), toS = points.Max(static p => p.TimeS) + evaluation.Predictor.StepS;
        double threshold = evaluation.Predictor.Threshold, highest = points.Max(static p => p.Risk);
        (int Node, ScoredPoint[] Points)[] worst = [.. points.GroupBy(static p => p.Node).Select(static g => (g.Key, g.ToArray())).OrderByDescending(static n => n.Item2.Max(static p => p.Risk)).Take(nodesMax)];
        double X(long timeS) => left + ((timeS - fromS) / (double)(toS - fromS) * (width - left - 10));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {width} {(worst.Length * lane) + 34}\" role=\"img\">");
        for (int n = 0; n < worst.Length; n++)
        {
            double y = 6 + (n * lane);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 8}\" y=\"{y + 14:0.#}\" text-anchor=\"end\">{HtmlReport.Text(evaluation.Dataset.NodeNames[worst[n].Node])}</text><rect x=\"{left}\" y=\"{y:0.#}\" width=\"{width - left - 10}\" height=\"18\" fill=\"#eef3f8\"/>");
            foreach (ScoredPoint point in worst[n].Points.Where(p => p.Risk > 0.1 * highest))
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{X(point.TimeS):0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(1, X(point.TimeS + evaluation.Predictor.StepS) - X(point.TimeS)):0.##}\" height=\"18\" fill=\"#e39a2d\" opacity=\"{point.Risk / highest:0.##}\"/>");
            foreach (ScoredPoint point in worst[n].Points.Where(p => p.Risk >= threshold))
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{X(point.TimeS):0.#}\" y=\"{y + 15:0.#}\" width=\"{Math.Max(1.5, X(point.TimeS + evaluation.Predictor.StepS) - X(point.TimeS)):0.##}\" height=\"4\" fill=\"{Main}\"/>");
            foreach (Failure failure in evaluation.Dataset.Failures.Where(f => f.Node == worst[n].Node && f.TimeS >= fromS && f.TimeS <= toS))
                svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(failure.TimeS):0.#}\" x2=\"{X(failure.TimeS):0.#}\" y1=\"{y - 3:0.#}\" y2=\"{y + 21:0.#}\" stroke=\"{Warm}\" stroke-width=\"2.5\"/>");
        }

        double below = (worst.Length * lane) + 24;
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left}\" y=\"{below:0.#}\">{TimeText.Format(fromS)}</text><text x=\"{width - 10}\" y=\"{below:0.#}\" text-anchor=\"end\">{TimeText.Format(toS)}</text></svg>");
        return svg.ToString();
    }
}
