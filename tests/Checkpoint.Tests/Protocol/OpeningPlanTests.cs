using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Protocol;

internal sealed class OpeningPlanTests
{
    [Test]
    public void An_empty_place_begins_with_attempt_1_and_version_1()
    {
        var plan = OpeningPlan.Make(null, [PlaceSurvey.Empty]);
        Assert.That((plan.Refusal, plan.Attempt, plan.NextVersion, plan.Inherited.Count), Is.EqualTo(((string?)null, 1L, 1L, 0)));
    }

    [Test]
    public void Numbers_go_on_above_everything_that_any_place_mentions()
    {
        var plan = OpeningPlan.Make(null, [
            Survey(2, null, (new(4, 1), VersionState.Committed)),
            PlaceSurvey.Empty,
            Survey(5, null, (new(9, 2), VersionState.Temporary), (new(12, 1), VersionState.Doomed))]);
        Assert.That((plan.Attempt, plan.NextVersion), Is.EqualTo((6L, 13L)));
        Assert.That(plan.Inherited, Is.EqualTo(new[] { new VersionName(4, 1) }));
    }

    [Test]
    public void A_given_attempt_must_be_newer_than_all_that_have_begun([Values(1, 3)] int given)
    {
        var plan = OpeningPlan.Make(given, [Survey(3, null)]);
        Assert.That(plan.Refusal, Does.Contain($"attempt {given}").And.Contain("attempt 3 has already begun"));
        Assert.That(OpeningPlan.Make(7, [Survey(3, null)]).Attempt, Is.EqualTo(7));
    }

    [Test]
    public void What_an_older_attempt_commits_after_a_newer_one_began_does_not_count()
    {
        var fence = new AttemptRecord(2, [new VersionName(1, 1)]);
        var (counting, late) = OpeningPlan.Candidates([
            Survey(2, fence, (new(1, 1), VersionState.Committed), (new(2, 1), VersionState.Committed)),
            Survey(1, null, (new(2, 2), VersionState.Committed), (new(2, 1), VersionState.Committed))]);
        Assert.That(counting, Is.EqualTo(new[] { new VersionName(2, 2), new VersionName(1, 1) }));
        Assert.That(late, Is.EqualTo(new[] { new VersionName(2, 1) }));
    }

    [Test]
    public void Of_several_records_the_newest_decides_wherever_it_lies()
    {
        var old = new AttemptRecord(2, [new VersionName(1, 1), new VersionName(2, 1)]);
        var newer = new AttemptRecord(3, [new VersionName(2, 1)]);
        var (counting, _) = OpeningPlan.Candidates([
            Survey(2, old, (new(1, 1), VersionState.Committed)), Survey(3, newer, (new(2, 1), VersionState.Committed))]);
        Assert.That(counting.Single(), Is.EqualTo(new VersionName(2, 1)));
    }

    private static PlaceSurvey Survey(long newestAttempt, AttemptRecord? record, params (VersionName, VersionState)[] versions) =>
        new(null, versions, newestAttempt, record);
}
