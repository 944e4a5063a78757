using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>The evaluation as one HTML page: no script, no font, no picture from anywhere else, so that it can be mailed and printed.</summary>
internal static class HtmlReport
{
    private const int FeaturesShown = 20;
    private const int NodesShown = 12;

    private const string Style = """
        :root{--ink:#1c2430;--soft:#5c6b7f;--line:#d9dfe7;--main:#1f6fb2;--warm:#d1495b;--good:#2a8a57;--pale:#eef3f8}
        *{box-sizing:border-box}body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);margin:0;background:#fff}
        main{max-width:1080px;margin:0 auto;padding:28px 24px 60px}h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 8px}
        p.sub,figcaption{color:var(--soft);margin:0 0 12px}.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:20px 0}
        .card{background:var(--pale);border-radius:8px;padding:12px 14px}.card b{display:block;font-size:24px;line-height:1.25}.card span{color:var(--soft);font-size:13px}
        .two{display:grid;grid-template-columns:repeat(auto-fit,minmax(440px,1fr));gap:24px}figure{margin:0}svg{width:100%;height:auto;display:block}
        table{border-collapse:collapse;width:100%;font-size:14px}th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:5px 8px;border-bottom:1px solid var(--line)}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.warn{background:#fdecee;border-left:4px solid var(--warm);padding:8px 12px;margin:10px 0}
        svg text{font:12px system-ui,sans-serif;fill:var(--soft)}@media print{main{max-width:none}}
        """;

    public static string Write(PredictorEvaluation evaluation)
    {
        EvaluationReport r = evaluation.Report;
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        page.Append(CultureInfo.InvariantCulture, $"<title>Failure predictor on {Text(r.Dataset)}</title><style>{Style}</style></head><body><main>\n");
        Head(page, r);
        page.Append("<div class=\"two\">\n");
        Figure(page, "Precision and recall", "How many of the points in danger are named, and how many of those named are in danger. The dashed line is chance.", PlotPages.PrecisionRecall(evaluation));
        Figure(page, "Calibration", "Of the points with this risk, so many really failed within the horizon. On the diagonal, risks are what they say.", PlotPages.Calibration(r));
        Figure(page, "Warning time", "Hours between the first standing alert and the failure, for failures that were caught.", PlotPages.Leads(r));
        Figure(page, "Alerts against failures caught", "Each dot is a threshold; the ring is the model's own.", PlotPages.Sweep(evaluation));
        page.Append("</div>\n");
        Figure(page, "The riskiest nodes over time", "Risk of each node as shade; a red mark is a failure, a blue bar a standing alert.", PlotPages.Timeline(evaluation, NodesShown));
        Features(page, evaluation);
        Kinds(page, r);
        Rules(page, r);
        Value(page, r);
        Provenance(page, evaluation);
        return page.Append("</main></body></html>\n").ToString();
    }

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Head(StringBuilder page, EvaluationReport r)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h1>Failure predictor on {Text(r.Dataset)}</h1><p class=\"sub\">{r.From} to {r.To}: {r.Points:N0} points of {r.Nodes:N0} nodes, {r.Failures:N0} failures; horizon {r.HorizonHours:0.##} h, least warning {r.LeadHours:0.##} h; engine {Text(r.Engine)}</p>\n");
        foreach (string warning in r.Warnings) page.Append(CultureInfo.InvariantCulture, $"<div class=\"warn\">{Text(warning)}</div>\n");
        page.Append("<div class=\"cards\">");
        Card(page, r.PrAuc.ToString("0.000"), "PR-AUC" + Range(r.PrAucInterval) + $"; chance is {r.Positives / (double)r.Points:0.0000}");
        if (r.BestReachablePrAuc is { } best) Card(page, (r.PrAuc / best).ToString("P0"), $"of the best reachable PR-AUC, {best:0.000}");
        Card(page, r.Alerts.EventRecall.ToString("P1"), $"of failures caught in time: {r.Alerts.Caught} of {r.Alerts.Failures}" + Range(r.Alerts.EventRecallInterval));
        Card(page, r.Alerts.MigrationPrecision.ToString("P1"), $"of moves were right: {r.Alerts.RightMigrations} of {r.Alerts.Migrations}" + Range(r.Alerts.MigrationPrecisionInterval));
        Card(page, double.IsNaN(r.Alerts.MedianLeadHours) ? "none" : $"{r.Alerts.MedianLeadHours:0.#} h", "median warning");
        Card(page, r.Alerts.FalseAlarmsPerNodeMonth.ToString("0.####"), "false alarms per node and month");
        Card(page, r.Value.SavedNodeHours.ToString("N0"), $"node-hours saved of {r.Value.LostWithout:N0} ({r.Value.SavedShare:P0})");
        Card(page, r.RocAuc.ToString("0.000"), $"ROC-AUC; Brier score {r.Brier:0.00000}");
        page.Append("</div>\n");
    }

    private static void Features(StringBuilder page, PredictorEvaluation evaluation)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>What the model looks at</h2><p class=\"sub\">Mean size of each feature's contribution to the log-odds, over a sample of the points{(evaluation.Importance.IsOfAlerts ? " with an alert" : "")}.</p>");
        (string Name, double Weight)[] top = [.. evaluation.Predictor.FeatureNames.Zip(evaluation.Importance.Mean).OrderByDescending(static x => x.Second).Take(FeaturesShown).Where(static x => x.Second > 0)];
        double largest = top.Length == 0 ? 1 : top[0].Weight;
        page.Append("<table>");
        foreach ((string name, double weight) in top)
            page.Append(CultureInfo.InvariantCulture, $"<tr><td style=\"width:42%\">{Text(name)}</td><td><svg viewBox=\"0 0 400 14\" style=\"height:14px\" preserveAspectRatio=\"none\"><rect width=\"{400 * weight / largest:0.#}\" height=\"14\" rx=\"2\" fill=\"#1f6fb2\"/></svg></td><td class=\"n\">{weight:0.0000}</td></tr>");
        page.Append("</table>\n");
    }

    private static void Kinds(StringBuilder page, EvaluationReport r)
    {
        page.Append("<h2>By kind of failure</h2><table><tr><th>kind</th><th class=\"n\">failures</th><th class=\"n\">caught</th><th class=\"n\">recall</th></tr>");
        foreach (KindOutcome kind in r.ByKind) page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(kind.Kind)}</td><td class=\"n\">{kind.Failures}</td><td class=\"n\">{kind.Caught}</td><td class=\"n\">{(double)kind.Caught / kind.Failures:P1}</td></tr>");
        page.Append("</table>\n");
    }

    private static void Rules(StringBuilder page, EvaluationReport r)
    {
        page.Append("<h2>Beside simple rules</h2><table><tr><th>what ranks the points</th><th class=\"n\">PR-AUC</th><th class=\"n\">ROC-AUC</th><th class=\"n\">recall at best F1</th><th class=\"n\">precision there</th></tr>");
        page.Append(CultureInfo.InvariantCulture, $"<tr><td><b>this model</b></td><td class=\"n\"><b>{r.PrAuc:0.0000}</b></td><td class=\"n\">{r.RocAuc:0.000}</td><td class=\"n\">{r.BestF1.EventRecall:0.000}</td><td class=\"n\">{r.BestF1.MigrationPrecision:0.000}</td></tr>");
        foreach (RuleOutcome rule in r.Rules) page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(rule.Rule)}</td><td class=\"n\">{rule.PrAuc:0.0000}</td><td class=\"n\">{rule.RocAuc:0.000}</td><td class=\"n\">{rule.BestF1EventRecall:0.000}</td><td class=\"n\">{rule.BestF1MigrationPrecision:0.000}</td></tr>");
        page.Append("</table><p class=\"sub\">The best F1 is chosen on this very period, for all alike: it flatters every line, and none may be promised.</p>\n");
    }

    private static void Value(StringBuilder page, EvaluationReport r)
    {
        page.Append("<h2>What it is worth</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>A failure that nobody foresaw costs {r.Value.FailureNodeHours:0.#} node-hours, a move {r.Value.MigrationNodeHours:0.##}. Without prediction the failures of this period cost {r.Value.LostWithout:N0} node-hours, with these alerts {r.Value.LostWith:N0}: <b>{r.Value.SavedNodeHours:N0} saved</b>. Moves pay as long as more than {r.Value.BreakEvenPrecision:P1} of them are right.</p>\n");
    }

    private static void Provenance(StringBuilder page, PredictorEvaluation evaluation)
    {
        Training.TrainingRecord t = evaluation.Predictor.Record;
        page.Append("<h2>Where the model comes from</h2><table>");
        foreach ((string name, string value) in (IEnumerable<(string, string)>)
        [
            ("trained on", $"{t.Dataset}, {t.From} to {t.To}: {t.Points} points, {t.Positives} positive; negatives sampled at {t.NegativeRate:0.####}"),
            ("engine", $"{t.Engine} {t.EngineVersion} ({t.EngineReason}); {t.Settings}"),
            ("calibrated from", t.CalibratedFrom + (t.IsRefitted ? ", then fitted again on all of the training time" : "")),
            ("threshold", $"{evaluation.Predictor.Threshold:0.######} by {evaluation.Predictor.Thresholds.Rule}"),
            ("seed", t.Seed.ToString(CultureInfo.InvariantCulture)),
        ])
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(name)}</th><td>{Text(value)}</td></tr>");
        }

        page.Append("</table>\n");
    }

    private static void Card(StringBuilder page, string value, string caption) => page.Append(CultureInfo.InvariantCulture, $"<div class=\"card\"><b>{Text(value)}</b><span>{Text(caption)}</span></div>");

    private static void Figure(StringBuilder page, string title, string caption, string svg) =>
        page.Append(CultureInfo.InvariantCulture, $"<figure><h2>{Text(title)}</h2><figcaption>{Text(caption)}</figcaption>{svg}</figure>\n");

    private static string Range(Interval? interval) => interval is { } i ? $" (95 %: {i.Low:0.000} to {i.High:0.000})" : "";
}
