using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>Which directories of a place are no longer needed. A pure function.</summary>
internal static class RetentionPlan
{
    /// <summary>The directory names to delete, oldest first.</summary>
    /// <param name="present">What the place holds.</param>
    /// <param name="proven">The versions known to be good on every rank: restored, or published everywhere by this attempt.</param>
    /// <param name="keep">How many of them to keep.</param>
    public static IReadOnlyList<string> Superfluous(
        IEnumerable<(VersionName Name, VersionState State)> present, IReadOnlyCollection<VersionName> proven, int keep)
    {
        VersionName[] kept = [.. proven.OrderDescending().Take(keep)];

        // With fewer proven ones than are to be kept, an unproven older one may be the only thing to fall back to.
        if (kept.Length < keep) return [];

        return [.. present
            .Where(p => p.Name.CompareTo(kept[0]) < 0 && !kept.Contains(p.Name))
            .OrderBy(static p => p.Name)
            .Select(static p => p.Name.Directory(p.State))];
    }
}
