using FsCheck;
using FsCheck.Fluent;
using HpcVirt.Checkpoint.Formats;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Formats;

internal sealed class VersionNameTests
{
    [Test]
    public void A_name_reads_back_as_the_version_and_state_it_was_made_from() =>
        Prop.ForAll<NonNegativeInt, PositiveInt>(static (version, attempt) =>
        {
            var name = new VersionName(version.Get, attempt.Get);
            return VersionName.TryParse(name.Committed, out VersionName c, out VersionState cs) && c == name && cs == VersionState.Committed
                && VersionName.TryParse(name.Temporary, out VersionName t, out VersionState ts) && t == name && ts == VersionState.Temporary
                && VersionName.TryParse(name.Doomed, out VersionName d, out VersionState ds) && d == name && ds == VersionState.Doomed;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Only_one_spelling_is_a_version(
        [Values(
            "v01-a1", "v1-a01", "v1-a", "v-a1", "v1a1", "v1-a1.tmp.tmp", "v1-a1.TMP", "V1-a1", "v+1-a1", "v1-a-1", " v1-a1",
            "v99999999999999999999-a1", "-a", "", ".tmp", "manifest", "v1-a1 ")]
        string name) => Assert.That(VersionName.TryParse(name, out _, out _), Is.False);

    [Test]
    public void Only_one_spelling_is_a_shard()
    {
        Assert.That(VersionName.TryParseShard(VersionName.Shard(0), out int rank) && rank == 0);
        Assert.That(VersionName.TryParseShard(VersionName.Shard(1234), out rank) && rank == 1234);
        foreach (string name in new[] { "rank-.shard", "rank-01.shard", "rank-1.shard~", "rank-4294967296.shard", "rank-shard", "rank-1" })
        {
            Assert.That(VersionName.TryParseShard(name, out _), Is.False, name);
        }
    }

    [Test]
    public void Newer_versions_come_after_older_ones_and_a_later_attempt_after_an_earlier_one()
    {
        VersionName[] inOrder = [new(1, 9), new(2, 1), new(2, 2), new(10, 1)];
        Assert.That(inOrder, Is.Ordered);
    }
}
