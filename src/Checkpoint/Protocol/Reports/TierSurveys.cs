using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a rank's places hold, tier by tier.</summary>
internal sealed record TierSurveys(IReadOnlyList<PlaceSurvey> Tiers) : IReport<TierSurveys>
{
    public void Encode(ByteWriter writer)
    {
        writer.Int32(Tiers.Count);
        foreach (PlaceSurvey tier in Tiers) tier.Encode(writer);
    }

    public static TierSurveys Decode(ref ByteReader reader)
    {
        var tiers = new PlaceSurvey[reader.Count("number of tiers", 1)];
        for (int tier = 0; tier < tiers.Length; tier++) tiers[tier] = PlaceSurvey.Decode(ref reader);
        return new TierSurveys(tiers);
    }
}
