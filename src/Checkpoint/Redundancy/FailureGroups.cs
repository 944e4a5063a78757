using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>Who protects whom: ranks that die together are never in one group. A pure function of names.</summary>
internal static class FailureGroups
{
    /// <summary>
    /// Deals the ranks of each domain out to as many groups as the largest domain has ranks, going on where the domain before ended, so
    /// that groups differ by one member at most and no group meets a domain twice.
    /// </summary>
    /// <param name="domains">For each rank, the name of what it dies with.</param>
    /// <param name="membersMax">The most members of a group.</param>
    /// <returns>The groups, each in rising order of ranks.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Make(IReadOnlyList<string> domains, int membersMax)
    {
        List<int>[] byDomain = [.. domains.Select(static (name, rank) => (name, rank)).GroupBy(static d => d.name, static d => d.rank)
            .OrderByDescending(static d => d.Count()).ThenBy(static d => d.Key, StringComparer.Ordinal).Select(static d => d.ToList())];
        int count = int.Max(byDomain.Max(static d => d.Count), (domains.Count + membersMax - 1) / membersMax);
        var groups = new List<int>[count];
        for (int i = 0; i < count; i++) groups[i] = [];
        int next = 0;
        foreach (List<int> domain in byDomain)
        {
            foreach (int rank in domain) groups[next++ % count].Add(rank);
        }

        return [.. groups.Select(static g => (IReadOnlyList<int>)[.. g.Order()])];
    }
}
