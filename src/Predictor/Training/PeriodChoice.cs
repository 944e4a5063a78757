using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Training;

/// <summary>Which points to take: by explicit times, by a period of dataset.json, or all whose labels are known.</summary>
internal static class PeriodChoice
{
    public static TimeRange Choose(HealthDataset dataset, PointGrid grid, long horizonS, string? from, string? to, string? period, string fallback)
    {
        IReadOnlyDictionary<string, TimeRange>? periods = dataset.Description.Periods.GetValueOrDefault(horizonS);
        TimeRange range;
        if (period is not null)
        {
            range = periods is not null && periods.TryGetValue(period, out TimeRange named) ? named
                : throw new PredictorException($"{dataset.Directory}: dataset.json has no period '{period}' for the horizon {DurationText.Format(horizonS)}; it has {Names(periods)}. Name one of them, or give --from and --to.");
        }
        else if (from is null && to is null && periods is not null && periods.TryGetValue(fallback, out TimeRange usual))
        {
            range = usual;
        }
        else
        {
            range = Everything(dataset, grid, horizonS);
        }

        if (from is not null) range = range with { FromS = Time(from, dataset) };
        if (to is not null) range = range with { ToS = Time(to, dataset) };
        if (range.ToS < range.FromS) throw new PredictorException($"the period {range} ends before it begins; check --from and --to against the times of the data.");
        return range;
    }

    /// <summary>From the first row to one horizon before the last: later labels are not known.</summary>
    public static TimeRange Everything(HealthDataset dataset, PointGrid grid, long horizonS)
    {
        (long firstS, long lastS) = dataset.Span();
        return new TimeRange(grid.CeilingS(Math.Max(firstS, dataset.Description.OriginS ?? 0)), lastS - horizonS);
    }

    private static long Time(string text, HealthDataset dataset) =>
        TimeText.TryParse(text, dataset.Options.Zone, out long timeS) ? timeS : throw new PredictorException($"'{text}' is no time; write for example 2015-06-01T00:00:00Z.");

    private static string Names(IReadOnlyDictionary<string, TimeRange>? periods) => periods is null ? "none" : string.Join(", ", periods.Keys.Order());
}
