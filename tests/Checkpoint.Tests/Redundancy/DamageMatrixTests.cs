using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Redundancy;

/// <summary>
/// What may happen to the files of a checkpoint, in every combination, and what must come of it, written down before it is tried. Where a scheme
/// cannot help, a recovery would be as wrong as a failure elsewhere.
/// </summary>
internal sealed class DamageMatrixTests
{
    private const int Ranks = 4;
    private const long Newest = 3;
    private const string NewestName = "v3-a1";

    public enum Blow
    {
        Erase,
        Corrupt,
        Truncate,
    }

    /// <summary>What is hit, at each node that is hit.</summary>
    public enum Target
    {
        /// <summary>The rank's own shard of the newest version.</summary>
        Own,

        /// <summary>Its own shard, and what its partner (the next node) keeps for others.</summary>
        Partner,

        /// <summary>What the node keeps for others.</summary>
        Parity,

        /// <summary>Everything in the node's memory, of all versions.</summary>
        Node,
    }

    /// <summary>Which nodes are hit.</summary>
    public enum Spread
    {
        One,
        Adjacent,
        Far,
        All,
    }

    public enum Outcome
    {
        /// <summary>The newest version comes back, and nothing is passed over.</summary>
        Newest,

        /// <summary>The version before it.</summary>
        Older,

        /// <summary>There are checkpoints and none can be put together: said, not guessed over.</summary>
        Refused,

        /// <summary>There is nothing at all.</summary>
        Fresh,
    }

    [Test]
    public void Every_combination_ends_as_was_said_beforehand(
        [Values] RedundancyScheme scheme, [Values] Target target, [Values] Spread spread, [Values] Blow blow)
    {
        if (scheme == RedundancyScheme.None && target is Target.Partner or Target.Parity) return;
        Try(scheme, target, spread, blow, areSizesDifferent: ((int)target + (int)spread + (int)blow) % 2 == 0);
    }

    [Test]
    [Category("Slow")]
    public void And_so_with_the_sizes_the_other_way_round(
        [Values] RedundancyScheme scheme, [Values] Target target, [Values] Spread spread, [Values] Blow blow)
    {
        if (scheme == RedundancyScheme.None && target is Target.Partner or Target.Parity) return;
        Try(scheme, target, spread, blow, areSizesDifferent: ((int)target + (int)spread + (int)blow) % 2 != 0);
    }

    [Test]
    public void With_memory_lost_the_shared_tier_answers_for_what_is_hit_in_it(
        [Values(Target.Own, Target.Node)] Target target, [Values(Spread.One, Spread.All)] Spread spread, [Values] Blow blow)
    {
        using var nodes = new Nodes(Ranks) { SharedEvery = 1, Elements = 600 };
        nodes.Commit(1, 2, Newest);
        for (int rank = 0; rank < Ranks; rank++) nodes.Lose(rank);
        foreach (int rank in Hit(spread))
        {
            IEnumerable<string> files = Directory.EnumerateFiles(nodes.Shared, $"rank-{rank}.shard", SearchOption.AllDirectories);
            foreach (string file in files.Where(f => target == Target.Node || f.Contains(NewestName, StringComparison.Ordinal)).ToArray()) Strike(file, blow);
        }

        // A version without a single shard still has its manifest: erased files are as bad as damaged ones.
        Demand(target == Target.Own ? Outcome.Older : Outcome.Refused, nodes);
    }

    [Test]
    public void Whatever_is_hit_in_the_shared_tier_memory_answers([Values] Blow blow)
    {
        using var nodes = new Nodes(Ranks) { SharedEvery = 1, Elements = 600 };
        nodes.Commit(1, 2, Newest);
        foreach (string file in Directory.EnumerateFiles(nodes.Shared, "*.*", SearchOption.AllDirectories).Where(static f => f.EndsWith(".shard", StringComparison.Ordinal)).ToArray())
            Strike(file, blow);
        Demand(Outcome.Newest, nodes);
    }

    private static void Try(RedundancyScheme scheme, Target target, Spread spread, Blow blow, bool areSizesDifferent)
    {
        using var nodes = new Nodes(Ranks, new StagedOptions { Program = "heat", Scheme = scheme, Losses = 2 }) { Elements = 600, AreSizesDifferent = areSizesDifferent };
        nodes.Commit(1, 2, Newest);
        foreach (int rank in Hit(spread)) Strike(nodes, rank, target, blow);
        Demand(Declared(scheme, target, spread, blow), nodes);
    }

    /// <summary>The declaration.</summary>
    private static Outcome Declared(RedundancyScheme scheme, Target target, Spread spread, Blow blow)
    {
        int hit = Hit(spread).Length;
        bool isNeighbourHit = spread is Spread.Adjacent or Spread.All;

        // How many members of the group (all four ranks) may be lost, and whether losing these is too much.
        bool isTooMuch = (scheme, target) switch
        {
            (_, Target.Parity) => false,
            (RedundancyScheme.None, _) => true,

            // A copy lies at the next node: too much is a rank that is hit together with that copy.
            (RedundancyScheme.Partner, Target.Own) => false,
            (RedundancyScheme.Partner, Target.Partner) => true,
            (RedundancyScheme.Partner, _) => isNeighbourHit,

            // One shard, with all sums there.
            (RedundancyScheme.Xor, Target.Partner) => true,
            (RedundancyScheme.Xor, _) => hit > 1,

            // Each sum of a stripe lies at one of two neighbours, and so do its chunks: of two nodes far apart, one of each is left.
            (_, Target.Partner) => isNeighbourHit,

            // In a group of four that bears two losses half of all bytes are sums: the other half can be computed of them.
            (_, Target.Own) => false,
            _ => hit > 2,
        };
        if (!isTooMuch) return Outcome.Newest;
        if (target != Target.Node) return Outcome.Older;
        return spread == Spread.All && blow == Blow.Erase ? Outcome.Fresh : Outcome.Refused;
    }

    private static int[] Hit(Spread spread) => spread switch
    {
        Spread.One => [1],
        Spread.Adjacent => [1, 2],
        Spread.Far => [0, 2],
        _ => [0, 1, 2, 3],
    };

    private static void Strike(Nodes nodes, int rank, Target target, Blow blow)
    {
        if (target == Target.Node && blow == Blow.Erase)
        {
            nodes.Lose(rank);
            return;
        }

        string[] files = target switch
        {
            Target.Own => [Shard(rank)],
            Target.Partner => [Shard(rank), Kept((rank + 1) % Ranks)],
            Target.Parity => [Kept(rank)],
            _ => [.. nodes.Files(rank, "rank-*").Concat(nodes.Files(rank, "manifest"))],
        };
        foreach (string file in files) Strike(file, blow);

        string Shard(int of) => Path.Combine(nodes.Node(of), NewestName, $"rank-{of}.shard");
        string Kept(int of) => Path.Combine(nodes.Node(of), NewestName, $"rank-{of}.redundancy");
    }

    private static void Strike(string file, Blow blow)
    {
        switch (blow)
        {
            case Blow.Erase:
                // Two targets may share a file.
                File.Delete(file);
                break;
            case Blow.Corrupt:
                Nodes.Corrupt(file);
                break;
            default:
                using (FileStream stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite)) stream.SetLength(stream.Length * 2 / 3);
                break;
        }
    }

    private static void Demand(Outcome outcome, Nodes nodes)
    {
        if (outcome == Outcome.Refused)
        {
            Job.Ended<RestoreReport>[] ended = nodes.Start(static (store, rank) => store.Restore(rank.Regions));
            Assert.That(ended.Select(static e => e.Failure), Is.All.TypeOf<NoCheckpointVerifiesException>());
            return;
        }

        RestoreReport report = nodes.Restart();
        Assert.That(report.IsFresh, Is.EqualTo(outcome == Outcome.Fresh));
        if (outcome == Outcome.Fresh) return;
        Assert.That(report.Step, Is.EqualTo(outcome == Outcome.Newest ? Newest : Newest - 1), report.ToString());
        Assert.That(report.Skipped.Select(static s => s.Version).Distinct().Count(), Is.EqualTo(outcome == Outcome.Newest ? 0 : 1), report.ToString());

        // And the job goes on from there as if nothing had happened.
        nodes.Commit(Newest + 1);
        Assert.That(nodes.Restart().Step, Is.EqualTo(Newest + 1));
    }
}
