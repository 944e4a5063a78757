using System.Linq;
using HpcVirt.Checkpoint.Protocol;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Protocol;

[TestFixture]
internal sealed class RankReasonsTests
{
    [Test]
    public void Ranks_of_one_opinion_share_a_line() =>
        Assert.That(RankReasons.Join(["full", "full", null, "full", "broken"]), Is.EqualTo($"ranks 0-1, 3: full{System.Environment.NewLine}rank 4: broken"));

    [Test]
    public void No_reason_is_no_text() => Assert.That(RankReasons.Join([null, null]), Is.Null);

    [Test]
    public void A_thousand_opinions_are_cut_short_and_counted() =>
        Assert.That(RankReasons.Join(Enumerable.Range(0, 1000).Select(rank => $"reason {rank}")), Does.EndWith("and 980 more reasons"));
}
