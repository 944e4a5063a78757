using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Protocol;

internal sealed class RetentionPlanTests
{
    [Test]
    public void Nothing_is_deleted_while_fewer_are_proven_than_are_to_be_kept() =>
        Assert.That(RetentionPlan.Superfluous(Committed(1, 2, 3, 4), [new VersionName(4, 1)], keep: 2), Is.Empty);

    [Test]
    public void The_newest_proven_ones_stay_and_everything_older_than_the_newest_goes_oldest_first()
    {
        IEnumerable<(VersionName, VersionState)> present =
            [.. Committed(1, 2, 3, 5), (new VersionName(4, 1), VersionState.Temporary), (new VersionName(0, 1), VersionState.Doomed)];
        Assert.That(
            RetentionPlan.Superfluous(present, [new VersionName(2, 1), new VersionName(5, 1)], keep: 2),
            Is.EqualTo(new[] { "v0-a1.doomed", "v1-a1", "v3-a1", "v4-a1.tmp" }));
    }

    [TestCase(new[] { 1, 2, 3, 4 }, 4, new[] { 1 })]
    [TestCase(new[] { 1, 2, 3, 4 }, 3, new[] { 1 })]
    [TestCase(new[] { 2, 3, 4, 5 }, 2, new[] { 3 })]
    [TestCase(new[] { 1, 2, 3, 4, 5 }, 3, new[] { 1, 4 })]
    [TestCase(new[] { 2, 3, 4, 5, 6 }, 6, new[] { 2, 3 })]
    [TestCase(new[] { 1, 2, 3 }, 3, new int[0])]
    [TestCase(new[] { 1, 2, 3, 4 }, 0, new[] { 1 })]
    public void Room_is_made_from_the_old_end_and_then_among_what_was_passed_over_and_never_of_what_was_restored(int[] present, int restored, int[] expected)
    {
        IReadOnlyList<string> deleted = RetentionPlan.InTheWay(
            Committed([.. present.Select(static v => (long)v)]), restored == 0 ? null : new VersionName(restored, 1), most: 3);
        Assert.That(deleted, Is.EqualTo(expected.Select(static v => $"v{v}-a1")));
    }

    [Test]
    public void The_newest_proven_ones_are_never_among_the_superfluous_and_neither_is_anything_newer() =>
        Prop.ForAll<byte[], byte[], PositiveInt>(static (present, proven, extra) =>
        {
            int keep = 2 + (extra.Get % 4);
            VersionName[] good = [.. proven.Distinct().Select(static v => new VersionName(v, 1))];
            VersionName[] kept = [.. good.OrderDescending().Take(keep)];
            IReadOnlyList<string> deleted = RetentionPlan.Superfluous(Committed([.. present.Select(static v => (long)v)]), good, keep);
            return deleted.All(name =>
                VersionName.TryParse(name, out VersionName v, out _) && !kept.Contains(v) && kept.Length == keep && v.CompareTo(kept[0]) < 0);
        }).QuickCheckThrowOnFailure();

    private static IEnumerable<(VersionName Name, VersionState State)> Committed(params long[] versions) =>
        versions.Distinct().Select(static v => (new VersionName(v, 1), VersionState.Committed));
}
