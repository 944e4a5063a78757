using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Protocol;

/// <summary>Which version is tried first, given how starts from them went before.</summary>
internal sealed class StartPlanTests
{
    private static readonly VersionName Old = new(1, 1);
    private static readonly VersionName Middle = new(2, 1);
    private static readonly VersionName New = new(3, 2);

    [Test]
    public void Without_records_the_newest_is_tried_first() => Assert.That(Order(3), Is.EqualTo(new[] { New, Middle, Old }));

    [Test]
    public void As_many_fruitless_starts_as_allowed_make_a_version_stand_back()
    {
        Assert.That(Order(3, (5, New), (6, New)), Is.EqualTo(new[] { New, Middle, Old }));
        StartPlan plan = Plan(3, (5, New), (6, New), (7, New));
        Assert.That(plan.Order.Select(static c => c.Name), Is.EqualTo(new[] { Middle, Old, New }), "the last resort is still there");
        Assert.That(plan.Skipped.Single().ToString(), Does.Contain("v3").And.Contain("3 starts from it have committed nothing newer"));
    }

    [Test]
    public void The_oldest_is_tried_for_ever()
    {
        (long, VersionName)[] starts = [(5, New), (6, New), (7, Middle), (8, Middle), (9, Old), (10, Old), (11, Old)];
        Assert.That(Order(2, starts), Is.EqualTo(new[] { Old, New, Middle }));
    }

    [Test]
    public void A_start_that_committed_something_clears_the_version_it_started_from()
    {
        // Attempt 2 started from the middle one and wrote the new one.
        StartPlan plan = Plan(1, (2, Middle), (3, Middle), (4, New));
        Assert.That(plan.Order.Select(static c => c.Name), Is.EqualTo(new[] { Middle, Old, New }));
        Assert.That(plan.Obsolete.Select(static s => s.Attempt), Is.EquivalentTo(new[] { 2, 3 }));
    }

    [Test]
    public void Records_of_versions_that_are_gone_are_obsolete() =>
        Assert.That(Plan(3, (5, new VersionName(9, 4))).Obsolete.Single().Attempt, Is.EqualTo(5));

    [Test]
    public void The_same_start_on_record_in_several_places_counts_once() =>
        Assert.That(Order(2, (5, New), (5, New), (5, New)), Is.EqualTo(new[] { New, Middle, Old }));

    [Test]
    public void A_limit_of_none_is_none() =>
        Assert.That(Order(0, [.. Enumerable.Range(5, 50).Select(static a => ((long)a, New))]), Is.EqualTo(new[] { New, Middle, Old }));

    [Test]
    public void Records_do_not_grow_without_bound() =>
        Assert.That(Plan(0, [.. Enumerable.Range(5, 100).Select(static a => ((long)a, New))]).Obsolete.Select(static s => s.Attempt), Is.EquivalentTo(Enumerable.Range(5, 36)));

    private static VersionName[] Order(int startsMax, params (long Attempt, VersionName From)[] starts) => [.. Plan(startsMax, starts).Order.Select(static c => c.Name)];

    private static StartPlan Plan(int startsMax, params (long Attempt, VersionName From)[] starts) =>
        StartPlan.Make([new(0, New), new(0, Middle), new(0, Old)], starts.Select(static s => new StartRecord(s.Attempt, s.From)), startsMax);
}
