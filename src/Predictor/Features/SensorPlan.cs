using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Features;

/// <summary>Where in a row the features of one sensor go; -1 where one is not wanted.</summary>
internal sealed class SensorPlan
{
    public SensorPlan(string sensor, IReadOnlyList<FeatureSpec> features)
    {
        Sensor = sensor;
        int[] own = [.. Enumerable.Range(0, features.Count).Where(i => features[i].Source == FeatureSource.Sensor && features[i].Of == sensor)];
        WindowsS = [.. own.Select(i => features[i].WindowS).Where(static w => w > 0).Distinct().Order()];
        LastAt = At(features, own, FeatureStat.Last, 0);
        SinceAt = At(features, own, FeatureStat.Since, 0);
        FleetAt = At(features, own, FeatureStat.Fleet, 0);
        Windows = [.. WindowsS.Select(w => new WindowPlan(
            w, At(features, own, FeatureStat.Mean, w), At(features, own, FeatureStat.Min, w), At(features, own, FeatureStat.Max, w), At(features, own, FeatureStat.Slope, w),
            At(features, own, FeatureStat.Deviation, w), At(features, own, FeatureStat.Change, w), At(features, own, FeatureStat.Increase, w)))];
    }

    public string Sensor { get; }

    public long[] WindowsS { get; }

    public int LastAt { get; }

    public int SinceAt { get; }

    public int FleetAt { get; }

    public IReadOnlyList<WindowPlan> Windows { get; }

    /// <summary>The longest window: how far back the sensor must be remembered.</summary>
    public long ReachS => WindowsS.Length == 0 ? 0 : WindowsS[^1];

    private static int At(IReadOnlyList<FeatureSpec> features, int[] own, FeatureStat stat, long windowS)
    {
        foreach (int i in own)
        {
            if (features[i].Stat == stat && features[i].WindowS == windowS) return i;
        }

        return -1;
    }
}

/// <summary>Where the figures of one window go.</summary>
internal sealed record WindowPlan(long WindowS, int MeanAt, int MinAt, int MaxAt, int SlopeAt, int DeviationAt, int ChangeAt, int IncreaseAt);
