using System.Collections.Generic;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>The report as lines for a terminal and as JSON.</summary>
internal static class ReportText
{
    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Json(EvaluationReport report) => JsonSerializer.Serialize(report, Form) + "\n";

    public static IEnumerable<string> Lines(EvaluationReport r)
    {
        yield return $"{r.Dataset}, {r.From} .. {r.To}: {r.Points} points of {r.Nodes} nodes, {r.Positives} positive ({r.Positives / (double)r.Points:P2}), {r.Failures} failures; horizon {r.HorizonHours:0.##} h, lead {r.LeadHours:0.##} h";
        foreach (string warning in r.Warnings) yield return $"WARNING: {warning}";
        yield return $"ranking      PR-AUC {r.PrAuc:0.0000}{In(r.PrAucInterval, "0.0000")}, ROC-AUC {r.RocAuc:0.000}, Brier {r.Brier:0.00000}, calibration error {r.CalibrationError:0.00000}";
        if (r.BestReachablePrAuc is { } best) yield return $"             best reachable PR-AUC {best:0.0000} (who knows the hidden state); reached {r.PrAuc / best:P1} of it";
        yield return "alerts       " + Line(r.Alerts);
        yield return "for compare  " + Line(r.BestF1);
        foreach (RecallAtPrecision p in r.RecallAtPrecision) yield return $"             event recall at migration precision >= {p.Precision:0.###}: {(p.EventRecall is { } recall ? recall.ToString("0.000") : "not reached")}";
        foreach (KindOutcome kind in r.ByKind) yield return $"by kind      {kind.Kind,-16} {kind.Caught} of {kind.Failures} caught";
        foreach (RuleOutcome rule in r.Rules) yield return $"rule         {rule.Rule,-30} PR-AUC {rule.PrAuc:0.0000}, ROC-AUC {rule.RocAuc:0.000}, best F1: recall {rule.BestF1EventRecall:0.000}, precision {rule.BestF1MigrationPrecision:0.000}";
        yield return $"value        {r.Value.SavedNodeHours:0} of {r.Value.LostWithout:0} lost node-hours saved ({r.Value.SavedShare:P1}), at {r.Value.FailureNodeHours:0.#} a failure and {r.Value.MigrationNodeHours:0.##} a move; moves pay above a precision of {r.Value.BreakEvenPrecision:P1}";
    }

    private static string Line(OperatingPoint p) =>
        $"[{p.Rule}, risk >= {p.Threshold:0.#####}] event recall {p.EventRecall:0.000}{In(p.EventRecallInterval, "0.000")} ({p.Caught}/{p.Failures}), migration precision {p.MigrationPrecision:0.000}{In(p.MigrationPrecisionInterval, "0.000")} ({p.RightMigrations}/{p.Migrations}), "
        + $"median lead {p.MedianLeadHours:0.#} h, {p.FalseAlarmsPerNodeMonth:0.0000} false alarms per node-month, {p.MigrationsPerDay:0.##} moves a day";

    private static string In(Interval? interval, string form) => interval is { } i ? $" [{i.Low.ToString(form)}, {i.High.ToString(form)}]" : "";
}
