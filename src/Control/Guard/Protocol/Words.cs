using System;
using System.Globalization;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>Numbers as the audit log writes them.</summary>
internal static class Words
{
    public static string Percent(double risk) => (risk * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    /// <summary>A duration with the unit that suits it.</summary>
    public static string Span(TimeSpan span)
    {
        if (span < TimeSpan.Zero) return "none";
        (double value, string unit) = span.TotalSeconds switch
        {
            0 => (0, "s"),
            < 1 => (Math.Round(span.TotalMilliseconds), "ms"),
            < 120 => (span.TotalSeconds, "s"),
            < 7200 => (span.TotalMinutes, "min"),
            < 172_800 => (span.TotalHours, "h"),
            _ => (span.TotalDays, "d"),
        };
        return value.ToString("0.#", CultureInfo.InvariantCulture) + " " + unit;
    }

    /// <summary>A word for an outcome.</summary>
    public static string Outcome(CaseOutcome outcome) => outcome switch
    {
        CaseOutcome.Open => "open",
        CaseOutcome.HostFailed => "the host failed",
        CaseOutcome.FoundFaulty => "checked: faulty",
        CaseOutcome.FoundHealthy => "checked: healthy",
        _ => "nothing happened",
    };
}
