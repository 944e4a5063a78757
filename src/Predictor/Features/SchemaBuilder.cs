using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Features;

/// <summary>Declares the features for a dataset, from what its rows up to the end of training hold. Nothing later is looked at.</summary>
internal static class SchemaBuilder
{
    private const long Hour = 3600;
    private const long Day = 24 * Hour;
    private const int SensorsMax = 200;
    private const int CodesMax = 24;
    private const int TemplatesMax = 24;
    private const int WordsMax = 200;
    private const int RareMin = 20;

    private static readonly long[] Ladder = [Hour, 3 * Hour, 6 * Hour, Day, 3 * Day, 7 * Day, 30 * Day, 90 * Day, 365 * Day];

    public static FeatureSchema Build(HealthDataset dataset, PointGrid grid, FailureIndex failures, TimeRange training, long horizonS, Action<string, double>? onProgress)
    {
        IReadOnlyList<string> templates = dataset.MineTemplates(training.ToS).Templates(TemplatesMax, RareMin);
        dataset.ApplyTemplates(new TemplateMatcher(templates));
        SensorProfile[] sensors = SensorProfile.Of(dataset, training.ToS, onProgress);
        bool isHeld = dataset.Description.IsChangeOnly ?? false;
        var features = new List<FeatureSpec>();
        long[] sensorWindows = Windows(grid.StepS, horizonS, longestS: Math.Max(7 * Day, 13 * horizonS), most: isHeld ? 4 : 3);
        long[] eventWindows = Windows(grid.StepS, horizonS, longestS: 365 * Day, most: 6);
        foreach (SensorProfile sensor in sensors.Where(static s => s.IsUseful).Take(SensorsMax)) features.AddRange(OfSensor(sensor, isHeld, sensorWindows));
        if (isHeld && sensors.Length > 0) features.AddRange([Count(FeatureSource.Rows, "", sensorWindows[^1]), new(FeatureSource.Rows, "", FeatureStat.Since)]);
        features.AddRange(OfEvents(dataset, training.ToS, eventWindows));
        features.AddRange(OfFailures(dataset, training.ToS, eventWindows));
        string group = dataset.Nodes.GroupColumn ?? "", start = dataset.Nodes.StartColumn ?? "";
        if (group.Length > 0) features.AddRange(OfNeighbours(dataset, training.ToS, eventWindows));
        features.AddRange(OfAttributes(dataset, grid, failures, training, horizonS));
        if (grid.StepS < Day) features.Add(new FeatureSpec(FeatureSource.Clock, "", FeatureStat.HourOfDay));
        if (grid.StepS < 7 * Day) features.Add(new FeatureSpec(FeatureSource.Clock, "", FeatureStat.DayOfWeek));
        return new FeatureSchema { GroupBy = group, Start = start, IsHeld = isHeld, Templates = templates, Features = features };
    }

    /// <summary>The windows of the ladder from the step or a fifth of the horizon on, up to the longest.</summary>
    internal static long[] Windows(long stepS, long horizonS, long longestS, int most)
    {
        long shortestS = Math.Max(stepS, horizonS / 5);
        long[] fitting = [.. Ladder.Where(w => w >= shortestS && w <= longestS).Take(most)];
        return fitting.Length > 0 ? fitting : [shortestS];
    }

    private static IEnumerable<FeatureSpec> OfSensor(SensorProfile sensor, bool isHeld, long[] windows)
    {
        yield return Sensor(sensor, FeatureStat.Last, 0);
        yield return Sensor(sensor, FeatureStat.Fleet, 0);
        if (isHeld)
        {
            foreach (long window in windows) yield return Sensor(sensor, FeatureStat.Change, window);
            yield return Sensor(sensor, FeatureStat.Max, windows[^1]);
            yield break;
        }

        if (sensor.IsMissingAtTimes) yield return Sensor(sensor, FeatureStat.Since, 0);
        if (sensor.IsCounter)
        {
            foreach (long window in windows) yield return Sensor(sensor, FeatureStat.Increase, window);
            yield break;
        }

        foreach (long window in windows)
        {
            yield return Sensor(sensor, FeatureStat.Mean, window);
            yield return Sensor(sensor, FeatureStat.Deviation, window);
            if (window < windows[^1] || windows.Length == 1) yield return Sensor(sensor, FeatureStat.Slope, window);
        }

        yield return Sensor(sensor, FeatureStat.Min, windows[0]);
        yield return Sensor(sensor, FeatureStat.Max, windows[0]);
    }

    private static IEnumerable<FeatureSpec> OfEvents(HealthDataset dataset, long untilS, long[] windows)
    {
        foreach (string token in TokensOf(dataset, untilS))
        {
            foreach (long window in windows) yield return Count(FeatureSource.Event, token, window);
            yield return Count(FeatureSource.Event, token, 0);
            yield return new FeatureSpec(FeatureSource.Event, token, FeatureStat.Since);
        }
    }

    private static IEnumerable<string> TokensOf(HealthDataset dataset, long untilS)
    {
        var seen = new Dictionary<int, long>();
        var kinds = new HashSet<int>();
        foreach (HealthEvent happened in dataset.Events)
        {
            if (happened.TimeS > untilS) break;
            kinds.Add(happened.Kind);
            foreach (int token in (ReadOnlySpan<int>)[happened.Kind, happened.Code, happened.Template])
            {
                if (token >= 0) seen[token] = seen.GetValueOrDefault(token) + 1;
            }
        }

        IEnumerable<int> frequent = seen.Where(s => !kinds.Contains(s.Key) && s.Value >= RareMin)
            .OrderByDescending(static s => s.Value).ThenBy(static s => s.Key).Take(CodesMax).Select(static s => s.Key);
        return kinds.Order().Concat(frequent).Select(token => dataset.EventTokens[token]);
    }

    private static IEnumerable<FeatureSpec> OfFailures(HealthDataset dataset, long untilS, long[] windows)
    {
        Failure[] known = [.. dataset.Failures.TakeWhile(f => f.TimeS <= untilS)];
        if (known.Length < RareMin) yield break;
        foreach (long window in windows) yield return Count(FeatureSource.Failure, FeatureEngine.AnyFailure, window);
        yield return Count(FeatureSource.Failure, FeatureEngine.AnyFailure, 0);
        yield return new FeatureSpec(FeatureSource.Failure, FeatureEngine.AnyFailure, FeatureStat.Rate);
        yield return new FeatureSpec(FeatureSource.Failure, FeatureEngine.AnyFailure, FeatureStat.Since);
        yield return new FeatureSpec(FeatureSource.Failure, FeatureEngine.AnyFailure, FeatureStat.Gap);
        if (known.Any(static f => f.UntilS is not null)) yield return new FeatureSpec(FeatureSource.Failure, FeatureEngine.AnyFailure, FeatureStat.Length);
        int[] kinds = [.. known.GroupBy(static f => f.Kind).Where(static g => g.Count() >= RareMin).Select(static g => g.Key).Order()];
        if (kinds.Length < 2) yield break;
        foreach (string kind in kinds.Select(k => dataset.FailureKinds[k]).Where(static k => k != FeatureEngine.AnyFailure))
        {
            yield return Count(FeatureSource.Failure, kind, windows[windows.Length / 2]);
            yield return Count(FeatureSource.Failure, kind, 0);
            yield return new FeatureSpec(FeatureSource.Failure, kind, FeatureStat.Since);
        }
    }

    private static IEnumerable<FeatureSpec> OfNeighbours(HealthDataset dataset, long untilS, long[] windows)
    {
        long[] near = [.. windows.Where(static w => w <= 30 * Day)];
        if (dataset.Failures.Count(f => f.TimeS <= untilS) >= RareMin)
        {
            foreach (long window in near) yield return Count(FeatureSource.Neighbours, FeatureEngine.AnyFailure, window);
        }

        var kinds = new HashSet<int>();
        foreach (HealthEvent happened in dataset.Events.TakeWhile(e => e.TimeS <= untilS)) kinds.Add(happened.Kind);
        foreach (int kind in kinds.Order())
        {
            foreach (long window in near.Take(3)) yield return Count(FeatureSource.Neighbours, dataset.EventTokens[kind], window);
        }
    }

    private static IEnumerable<FeatureSpec> OfAttributes(HealthDataset dataset, PointGrid grid, FailureIndex failures, TimeRange training, long horizonS)
    {
        foreach (string column in dataset.Nodes.Columns.Where(static c => c != NodeTable.ObservationEnd))
        {
            AttributeKind kind = dataset.Nodes.KindOf(column, dataset.Options.Zone);
            if (kind == AttributeKind.Time) yield return new FeatureSpec(FeatureSource.Node, column, FeatureStat.Since);
            if (kind == AttributeKind.Number) yield return new FeatureSpec(FeatureSource.Node, column, FeatureStat.Value);
            int words = dataset.Nodes.AttributeOfAll(column).Distinct().Count();
            if (kind is AttributeKind.Word or AttributeKind.Number && words is > 1 and <= WordsMax && words * 4 < dataset.Nodes.Listed)
                yield return new FeatureSpec(FeatureSource.Node, column, FeatureStat.Rank) { Words = WordRanks.Of(dataset, column, grid, failures, training, horizonS) };
        }
    }

    private static FeatureSpec Sensor(SensorProfile sensor, FeatureStat stat, long windowS) => new(FeatureSource.Sensor, sensor.Name, stat, windowS);

    private static FeatureSpec Count(FeatureSource source, string of, long windowS) => new(source, of, FeatureStat.Count, windowS);
}
