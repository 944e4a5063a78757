using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Protocol;

internal sealed class CommitProtocolTests
{
    private static readonly ShardReport Good = new(null, new ManifestShard(100, 1, 1, 0));

    [Test]
    public void A_leader_goes_through_all_phases_and_commits()
    {
        var script = new Script(rank: 0, leaders: [0, 0]);
        Assert.That(script.Next(new CommitEvent.Prepared(Ready())), Is.TypeOf<CommitEffect.TellPreparation>());
        Assert.That(script.Next(new CommitEvent.PreparationsKnown([Ready(), Ready()])), Is.TypeOf<CommitEffect.WriteShard>());
        Assert.That(script.Next(new CommitEvent.ShardWritten(Good)), Is.TypeOf<CommitEffect.TellShard>());
        Assert.That(script.Next(new CommitEvent.ShardsKnown([Good, Good])), Is.TypeOf<CommitEffect.Protect>());
        Assert.That(script.Next(new CommitEvent.Protected(null)), Is.TypeOf<CommitEffect.WriteManifest>());
        Assert.That(script.Next(new CommitEvent.ManifestWritten(null)), Is.EqualTo(new CommitEffect.Vote(true)));
        Assert.That(script.Next(new CommitEvent.VoteCounted(true)), Is.TypeOf<CommitEffect.Publish>());
        var published = new PublicationReport(null, false, true);
        Assert.That(script.Next(new CommitEvent.Published(published)), Is.TypeOf<CommitEffect.TellPublication>());
        Assert.That(
            script.Next(new CommitEvent.PublicationsKnown([published, PublicationReport.NotMine])), Is.TypeOf<CommitEffect.Retire>());
        Assert.That(script.Next(new CommitEvent.TidiedUp(["left"])), Is.TypeOf<CommitEffect.Finish>());
        Assert.That((script.State.Outcome, script.State.Phase), Is.EqualTo((SaveOutcome.Committed, CommitPhase.Ended)));
        Assert.That(script.State.Warnings, Is.EqualTo(new[] { "left" }));
    }

    [Test]
    public void Who_is_not_a_leader_neither_renames_nor_deletes()
    {
        var script = new Script(rank: 1, leaders: [0, 0]);
        script.UntilVote([Good, Good]);
        Assert.That(script.Next(new CommitEvent.VoteCounted(true)), Is.EqualTo(new CommitEffect.TellPublication(PublicationReport.NotMine)));
        Assert.That(
            script.Next(new CommitEvent.PublicationsKnown([new(null, false, true), PublicationReport.NotMine])),
            Is.TypeOf<CommitEffect.Finish>());
    }

    [Test]
    public void A_lost_vote_is_explained_and_then_dropped()
    {
        var script = new Script(rank: 0, leaders: [0, 1]);
        script.UntilManifest([Good, Good]);
        script.Next(new CommitEvent.ManifestWritten(null));
        Assert.That(script.Next(new CommitEvent.VoteCounted(false)), Is.TypeOf<CommitEffect.TellReason>());
        Assert.That(script.Next(new CommitEvent.ReasonsKnown([new(null), new("no room")])), Is.TypeOf<CommitEffect.Drop>());
        Assert.That(script.State.Outcome, Is.EqualTo(SaveOutcome.Failed));
        Assert.That(script.State.Problems, Is.EqualTo(new[] { new CheckpointProblem(1, "no room") }));
    }

    [Test]
    public void One_record_of_two_commits_but_deletes_nothing_old()
    {
        var script = new Script(rank: 0, leaders: [0, 1]);
        script.UntilManifest([Good, Good]);
        script.Next(new CommitEvent.ManifestWritten(null));
        script.Next(new CommitEvent.VoteCounted(true));
        script.Next(new CommitEvent.Published(new(null, false, true)));
        CommitEffect last = script.Next(new CommitEvent.PublicationsKnown([new(null, false, true), new("rename failed", false, false)]));
        Assert.That(last, Is.TypeOf<CommitEffect.Finish>());
        Assert.That((script.State.Outcome, script.State.IsPublishedEverywhere), Is.EqualTo((SaveOutcome.Committed, false)));
        Assert.That(script.State.Problems.Single().Rank, Is.EqualTo(1));
    }

    [Test]
    public void No_record_at_all_is_a_failure_that_deletes_nothing()
    {
        var script = new Script(rank: 0, leaders: [0, 0]);
        script.UntilManifest([Good, Good]);
        script.Next(new CommitEvent.ManifestWritten(null));
        script.Next(new CommitEvent.VoteCounted(true));
        var failed = new PublicationReport("rename failed", false, false);
        script.Next(new CommitEvent.Published(failed));
        Assert.That(
            script.Next(new CommitEvent.PublicationsKnown([failed, PublicationReport.NotMine])), Is.TypeOf<CommitEffect.Finish>());
        Assert.That(script.State.Outcome, Is.EqualTo(SaveOutcome.Failed));
    }

    [Test]
    public void Room_is_added_up_by_place()
    {
        PreparationReport[] all = [Ready(shardBytes: 60, freeBytes: 100), Ready(shardBytes: 60), Ready(shardBytes: 60, freeBytes: 100)];

        var two = new Script(rank: 0, leaders: [0, 0, 2]);
        two.Next(new CommitEvent.Prepared(all[0]));
        two.Next(new CommitEvent.PreparationsKnown(all));
        Assert.That(two.State.Problems.Single().ToString(), Does.Contain("100 bytes free").And.Contain("needs 120").And.StartWith("rank 0"));

        var three = new Script(rank: 0, leaders: [0, 1, 2]);
        three.Next(new CommitEvent.Prepared(all[0]));
        Assert.That(three.Next(new CommitEvent.PreparationsKnown(all)), Is.TypeOf<CommitEffect.WriteShard>());
    }

    [Test]
    public void An_event_out_of_turn_is_a_defect_and_says_so() => Assert.That(
        static () => CommitProtocol.Next(
            CommitProtocol.Start(0, [0], new VersionName(1, 1), 1, "heat"), new CommitEvent.VoteCounted(true)),
        Throws.InvalidOperationException.With.Message.EqualTo("VoteCounted cannot happen while Preparing."));

    private static PreparationReport Ready(long shardBytes = 1, long freeBytes = -1) => new(null, false, 1, shardBytes, freeBytes, 0);

    private sealed class Script(int rank, int[] leaders)
    {
        public CommitState State { get; private set; } = CommitProtocol.Start(rank, leaders, new VersionName(1, 1), 1, "heat");

        public CommitEffect Next(CommitEvent happened)
        {
            (State, CommitEffect effect) = CommitProtocol.Next(State, happened);
            return effect;
        }

        public void UntilManifest(ShardReport[] shards)
        {
            Next(new CommitEvent.Prepared(Ready()));
            Next(new CommitEvent.PreparationsKnown([.. shards.Select(static _ => Ready())]));
            Next(new CommitEvent.ShardWritten(shards[rank]));
            Next(new CommitEvent.ShardsKnown(shards));
            Assert.That(Next(new CommitEvent.Protected(null)), Is.TypeOf<CommitEffect.WriteManifest>());
        }

        public void UntilVote(ShardReport[] shards)
        {
            Next(new CommitEvent.Prepared(Ready()));
            Next(new CommitEvent.PreparationsKnown([.. shards.Select(static _ => Ready())]));
            Next(new CommitEvent.ShardWritten(shards[rank]));
            Next(new CommitEvent.ShardsKnown(shards));
            Assert.That(Next(new CommitEvent.Protected(null)), Is.EqualTo(new CommitEffect.Vote(true)));
        }
    }
}
