using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Redundancy;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Redundancy;

internal sealed class FailureGroupsTests
{
    [Test]
    public void Ranks_that_die_together_are_never_in_one_group([Values(1, 2, 3, 5, 8)] int hosts, [Values(1, 2, 4, 7)] int ranksPerHost, [Values(2, 4, 8)] int membersMax)
    {
        string[] domains = [.. Enumerable.Range(0, hosts * ranksPerHost).Select(rank => $"host{rank / ranksPerHost}")];
        IReadOnlyList<IReadOnlyList<int>> groups = FailureGroups.Make(domains, membersMax);
        Assert.That(groups.SelectMany(static g => g).Order(), Is.EqualTo(Enumerable.Range(0, domains.Length)), "each rank once");
        Assert.That(groups.All(g => g.Select(r => domains[r]).Distinct().Count() == g.Count), Is.True);
        Assert.That(groups.Max(static g => g.Count), Is.LessThanOrEqualTo(membersMax));
        Assert.That(groups.Max(static g => g.Count) - groups.Min(static g => g.Count), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void A_host_with_more_ranks_than_all_others_leaves_some_without_a_partner_and_mixes_none()
    {
        IReadOnlyList<IReadOnlyList<int>> groups = FailureGroups.Make(["a", "a", "a", "b"], 8);
        Assert.That(groups.Select(static g => g.Count).Order(), Is.EqualTo(new[] { 1, 1, 2 }));
    }
}
