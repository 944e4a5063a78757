using System;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Predictor.Explaining;

/// <summary>Says a feature's value in words, beside what is usual.</summary>
internal static class ReasonWords
{
    public static string Of(FeatureSpec feature, float value, FeatureReference reference, Func<FeatureSpec, float?> valueOf)
    {
        if (float.IsNaN(value)) return $"{Subject(feature)}: {(feature.Stat == FeatureStat.Since ? "never happened" : "missing")}";
        string window = feature.WindowS > 0 ? DurationText.Format(feature.WindowS) : "";
        string usual = reference.Deciles.Count == 0 || feature.Stat is FeatureStat.Fleet or FeatureStat.Deviation ? "" : $" (usually {Number(reference.Median)})";
        return feature.Stat switch
        {
            FeatureStat.Last or FeatureStat.Value => $"{Subject(feature)} is {Number(value)}{usual}",
            FeatureStat.Change => $"{Subject(feature)} {(value < 0 ? "fell" : "rose")} by {Number(Math.Abs(value))} in {window}{usual}",
            FeatureStat.Increase or FeatureStat.Count => Counted(feature, value, window, usual, valueOf),
            FeatureStat.Mean => $"{Subject(feature)} averages {Number(value)} over {window}{usual}",
            FeatureStat.Min => $"{Subject(feature)} went down to {Number(value)} in {window}{usual}",
            FeatureStat.Max => $"{Subject(feature)} went up to {Number(value)} in {window}{usual}",
            FeatureStat.Slope => $"{Subject(feature)} {(value < 0 ? "falls" : "rises")} by {Number(Math.Abs(value))} an hour over {window}",
            FeatureStat.Deviation => $"{Subject(feature)} is {Number(Math.Abs(value))} standard deviations {(value < 0 ? "below" : "above")} its own {window}",
            FeatureStat.Fleet => $"{Subject(feature)} is {Number(Math.Abs(value))} standard deviations {(value < 0 ? "below" : "above")} the fleet",
            FeatureStat.Since => feature.Source == FeatureSource.Node ? $"{feature.Of} was {Hours(value)} ago" : $"{Subject(feature)}: last {Hours(value)} ago{(reference.Deciles.Count == 0 ? "" : $" (usually {Hours(reference.Median)})")}",
            FeatureStat.Gap => $"{Subject(feature)}: {Hours(value)} between the last two",
            FeatureStat.Length => $"the last repair took {Hours(value)}",
            FeatureStat.Rate => $"{Subject(feature)} {Number(value)} times in 1000 hours{usual}",
            FeatureStat.Rank => $"{feature.Of} of this kind fails {Number(value)} times as often as all",
            FeatureStat.HourOfDay => $"it is {value:0} o'clock UTC",
            FeatureStat.DayOfWeek => $"it is day {value + 1:0} of the week",
            _ => $"{feature.Name} is {Number(value)}{usual}",
        };
    }

    /// <summary>A count, and how its rate compares with the rate over the longest window there is: "12 in 24h, 40x its 30-day rate".</summary>
    private static string Counted(FeatureSpec feature, float value, string window, string usual, Func<FeatureSpec, float?> valueOf)
    {
        string text = feature.WindowS > 0 ? $"{Subject(feature)}: {Number(value)} in {window}" : $"{Subject(feature)}: {Number(value)} so far";
        if (feature.WindowS > 0)
        {
            foreach (long longS in (long[])[30 * 86400L, 7 * 86400L, 3 * 86400L])
            {
                if (longS <= feature.WindowS || valueOf(feature with { WindowS = longS }) is not { } total || float.IsNaN(total) || total <= 0) continue;
                double ratio = value / (double)feature.WindowS / (total / (double)longS);
                if (ratio >= 1.5) return $"{text}, {Number(ratio)}x its {DurationText.Format(longS)} rate";
                break;
            }
        }

        return text + usual;
    }

    private static string Subject(FeatureSpec feature) => feature.Source switch
    {
        FeatureSource.Event => $"events '{feature.Of}'",
        FeatureSource.Failure => feature.Of == FeatureEngine.AnyFailure ? "failures of the node" : $"failures '{feature.Of}'",
        FeatureSource.Neighbours => feature.Of == FeatureEngine.AnyFailure ? "failures of neighbours" : $"events '{feature.Of}' of neighbours",
        FeatureSource.Rows => "rows of readings",
        _ => feature.Of,
    };

    private static string Hours(double hours) => double.IsNaN(hours) ? "never" : hours >= 72 ? $"{hours / 24:0.#} days" : $"{hours:0.#} h";

    private static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 or < 1e-3 => value.ToString("0.##e0"),
        >= 100 => value.ToString("0"),
        >= 10 => value.ToString("0.#"),
        _ => value.ToString("0.###"),
    };
}
