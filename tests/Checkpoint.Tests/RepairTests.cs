using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>Repairs from outside of any job.</summary>
internal sealed class RepairTests
{
    [Test]
    public void A_lost_place_is_put_back_whole_and_verifies()
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Xor });
        nodes.Commit(1, 2);
        nodes.Lose(1);
        var lines = new PlaceRepair([.. Enumerable.Range(0, 3).Select(rank => new PhysicalDirectory(nodes.Node(rank)))]).Run();
        Assert.That(lines.Select(static l => l.IsRepaired), Is.Not.Empty.And.All.True, string.Join('\n', lines));
        var catalog = new CheckpointCatalog(new PhysicalDirectory(nodes.Node(1)));
        Assert.That(catalog.List().Select(v => (v.State, catalog.Verify(v).All(static f => f.IsIntact))), Is.All.EqualTo((CatalogState.Committed, true)));
        Assert.That(nodes.Restart().Step, Is.EqualTo(2));
    }

    [Test]
    public void A_damaged_shard_is_replaced_and_the_loss_of_too_many_is_said()
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Xor });
        nodes.Commit(1, 2);
        PlaceRepair Everywhere() => new([.. Enumerable.Range(0, 3).Select(rank => new PhysicalDirectory(nodes.Node(rank)))]);
        Nodes.Corrupt(Path.Combine(nodes.Node(0), "v2-a1", "rank-0.shard"));
        RepairLine line = Everywhere().Run().Single();
        Assert.That((line.File, line.IsRepaired), Is.EqualTo(("rank-0.shard", true)));
        Assert.That(Everywhere().Run(), Is.Empty, "nothing is left to do");

        Nodes.Corrupt(Path.Combine(nodes.Node(0), "v2-a1", "rank-0.shard"));
        Nodes.Corrupt(Path.Combine(nodes.Node(1), "v2-a1", "rank-1.shard"));
        Assert.That(Everywhere().Run().Select(static l => l.IsRepaired), Is.EqualTo(new[] { false, false }));
    }

    [Test]
    public void A_directory_of_something_else_is_not_touched()
    {
        using var nodes = new Nodes(1);
        Directory.CreateDirectory(nodes.Node(0));
        File.WriteAllText(Path.Combine(nodes.Node(0), "thesis.txt"), "mine");
        Assert.That(() => new PlaceRepair([new PhysicalDirectory(nodes.Node(0))]).Run(), Throws.TypeOf<ForeignDirectoryException>());
        Assert.That(Directory.GetFileSystemEntries(nodes.Node(0)), Has.Length.EqualTo(1));
    }
}
