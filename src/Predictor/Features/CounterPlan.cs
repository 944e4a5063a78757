using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Features;

/// <summary>Where in a row the features of one thing that is counted go: an event token, a kind of failure, the neighbours' events, the rows.</summary>
internal sealed class CounterPlan
{
    public CounterPlan(FeatureSource source, string of, IReadOnlyList<FeatureSpec> features)
    {
        Of = of;
        int[] own = [.. Enumerable.Range(0, features.Count).Where(i => features[i].Source == source && features[i].Of == of)];
        WindowsS = [.. own.Select(i => features[i].WindowS).Where(static w => w > 0).Distinct().Order()];
        CountAt = [.. WindowsS.Select(w => At(features, own, FeatureStat.Count, w))];
        TotalAt = At(features, own, FeatureStat.Count, 0);
        SinceAt = At(features, own, FeatureStat.Since, 0);
        GapAt = At(features, own, FeatureStat.Gap, 0);
        RateAt = At(features, own, FeatureStat.Rate, 0);
        LengthAt = At(features, own, FeatureStat.Length, 0);
    }

    public string Of { get; }

    public long[] WindowsS { get; }

    public int[] CountAt { get; }

    public int TotalAt { get; }

    public int SinceAt { get; }

    public int GapAt { get; }

    public int RateAt { get; }

    public int LengthAt { get; }

    public static IReadOnlyList<CounterPlan> All(FeatureSource source, IReadOnlyList<FeatureSpec> features) =>
        [.. features.Where(f => f.Source == source).Select(static f => f.Of).Distinct().Select(of => new CounterPlan(source, of, features))];

    private static int At(IReadOnlyList<FeatureSpec> features, int[] own, FeatureStat stat, long windowS)
    {
        foreach (int i in own)
        {
            if (features[i].Stat == stat && features[i].WindowS == windowS) return i;
        }

        return -1;
    }
}
