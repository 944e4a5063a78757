using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>
/// In which order versions are tried, given how starts from them went before: a version from which the program was started again and again, and
/// never got as far as a commit, may be what makes it fail. A pure function.
/// </summary>
/// <param name="Order">The candidates, those to be tried first at the front.</param>
/// <param name="Skipped">The versions that are passed over for this reason and are newer than the first of the order.</param>
/// <param name="Obsolete">Records that no longer say anything.</param>
internal sealed record StartPlan(IReadOnlyList<RestartCandidate> Order, IReadOnlyList<SkippedVersion> Skipped, IReadOnlyList<StartRecord> Obsolete)
{
    /// <summary>More starts than that from one version are not remembered.</summary>
    private const int RememberedMax = 64;

    /// <param name="newestFirst">The candidates, newest first, each in every tier that has it.</param>
    /// <param name="starts">All places' records.</param>
    /// <param name="startsMax">How many starts a version may have without progress; 0: any number.</param>
    public static StartPlan Make(IReadOnlyList<RestartCandidate> newestFirst, IEnumerable<StartRecord> starts, int startsMax)
    {
        StartRecord[] known = [.. starts.Distinct().OrderByDescending(static s => s.Attempt)];
        HashSet<VersionName> names = [.. newestFirst.Select(static c => c.Name)];
        HashSet<long> committing = [.. names.Select(static n => n.Attempt)];

        // One start that has got further clears its version, whatever became of others.
        HashSet<VersionName> cleared = [.. known.Where(s => committing.Contains(s.Attempt)).Select(static s => s.From)];
        ILookup<VersionName, StartRecord> fruitless = known.Where(s => names.Contains(s.From) && !cleared.Contains(s.From)).ToLookup(static s => s.From);
        StartRecord[] kept = [.. fruitless.SelectMany(static g => g.Take(RememberedMax))];

        // Below the oldest there is only the beginning; what has failed there for sure is given one more chance instead.
        bool IsSpent(RestartCandidate c) => startsMax > 0 && c.Name != newestFirst[^1].Name && fruitless[c.Name].Select(static s => s.Attempt).Distinct().Count() >= startsMax;
        RestartCandidate[] order = [.. newestFirst.Where(c => !IsSpent(c)), .. newestFirst.Where(IsSpent)];
        IEnumerable<SkippedVersion> skipped = newestFirst.Where(IsSpent).Select(static c => c.Name).Distinct().Where(n => n.CompareTo(order[0].Name) > 0).Select(n =>
            new SkippedVersion(n.Version, n.Attempt, SkippedVersion.AllRanks, n.Committed, null,
                $"{fruitless[n].Select(static s => s.Attempt).Distinct().Count()} starts from it have committed nothing newer; the version before it is tried instead"));
        return new StartPlan(order, [.. skipped], [.. known.Except(kept)]);
    }
}
