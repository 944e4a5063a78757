using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What all ranks conclude from the surveys of all places when a store opens. A pure function of them.</summary>
/// <param name="Refusal">Why the store cannot open, or null.</param>
/// <param name="Attempt">The number of this start of the job.</param>
/// <param name="NextVersion">Above every version that any place has ever mentioned.</param>
/// <param name="Inherited">The committed versions that count, newest first.</param>
internal sealed record OpeningPlan(string? Refusal, long Attempt, long NextVersion, IReadOnlyList<VersionName> Inherited)
{
    public static OpeningPlan Make(long? givenAttempt, IReadOnlyList<PlaceSurvey> surveys)
    {
        long newest = surveys.Max(static s => s.NewestAttempt);
        long attempt = givenAttempt ?? (newest + 1);
        long nextVersion = 1 + surveys.SelectMany(static s => s.Versions).Select(static v => v.Name.Version).DefaultIfEmpty().Max();
        string? refusal = attempt > newest
            ? null
            : $"This job was started as attempt {attempt}, but attempt {newest} has already begun in this directory. "
                + "End this job if another one runs; otherwise start it with a higher attempt, or without naming one.";
        return new OpeningPlan(refusal, attempt, nextVersion, Candidates(surveys).Counting);
    }

    /// <summary>The committed versions that count, and those that came too late, each newest first.</summary>
    public static (IReadOnlyList<VersionName> Counting, IReadOnlyList<VersionName> Late) Candidates(IReadOnlyList<PlaceSurvey> surveys)
    {
        // One record is enough: it was made only after a vote, and then every place holds the version under one name or the other.
        IEnumerable<VersionName> committed =
            surveys.SelectMany(static s => s.Of(VersionState.Committed)).Distinct().OrderDescending();

        // The newest record alone decides: what it inherited had passed all records before it.
        AttemptRecord? fence = surveys.Select(static s => s.Record).OfType<AttemptRecord>().MaxBy(static r => r.Attempt);
        ILookup<bool, VersionName> byCounting = committed.ToLookup(name => fence?.Admits(name) ?? true);
        return ([.. byCounting[true]], [.. byCounting[false]]);
    }
}
