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

    /// <summary>The directory names to delete so that not more than so many stay, after a restart that has verified one of them on every rank.</summary>
    /// <param name="present">What the place holds.</param>
    /// <param name="restored">The version that was restored, which stays; null: none was.</param>
    /// <param name="most">How many may stay.</param>
    public static IReadOnlyList<string> InTheWay(IEnumerable<(VersionName Name, VersionState State)> present, VersionName? restored, int most)
    {
        (VersionName Name, VersionState State)[] others = [.. present.Where(p => p.Name != restored).OrderBy(static p => p.Name)];
        int excess = others.Length + (restored is null ? 0 : 1) - most;
        if (excess <= 0) return [];

        // Old ones first; then newer ones, which were passed over; the last to fall back to stays to the last.
        (VersionName Name, VersionState State)[] older = [.. others.Where(p => restored is null || p.Name.CompareTo(restored.Value) < 0)];
        (VersionName Name, VersionState State)[] order = [.. older.SkipLast(1), .. others.Skip(older.Length), .. older.TakeLast(1)];
        return [.. order.Take(excess).Select(static p => p.Name.Directory(p.State))];
    }
}
