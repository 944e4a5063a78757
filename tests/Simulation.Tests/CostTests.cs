using System.Linq;
using System.Numerics;
using HpcVirt.Simulation.Runs;
using HpcVirt.Simulation.Scale;
using NUnit.Framework;

namespace HpcVirt.Simulation.Tests;

/// <summary>What silence costs a rank: bookmarks to its neighbours, and three collectives.</summary>
[TestFixture]
internal sealed class CostTests
{
    private const int Collectives = 3;

    [TestCase(64, 2)]
    [TestCase(256, 2)]
    [TestCase(1024, 2)]
    [TestCase(512, 3)]
    [TestCase(1000, 3)]
    [TestCase(1536, 2)]
    public void Rounds_and_messages_are_those_of_three_collectives_and_a_bookmark_per_neighbour(int ranks, int dimensions)
    {
        ScaleResult result = Run(new ScaleSetup { Ranks = ranks, Seed = 3, Dimensions = dimensions });
        int log = BitOperations.Log2((uint)ranks);
        bool isPower = 1 << log == ranks;

        // Two barriers of ceil(log2 n) rounds; a reduction of log2 n, and of two more for the ranks beyond a power of two.
        int rounds = isPower ? Collectives * log : (2 * (log + 1)) + log + 1;
        Assert.Multiple(() =>
        {
            Assert.That(result.Findings, Is.Empty);
            Assert.That(result.IsSilent, Is.True);
            Assert.That(result.Attempts, Is.EqualTo(1));
            Assert.That(result.Rounds, Is.EqualTo(1 + rounds));
            Assert.That(result.MessagesPerRankMax, Is.EqualTo(rounds + (2 * dimensions)));
            Assert.That(result.CapturedMessages, Is.EqualTo(2L * dimensions * ranks), "all that is in flight, and nothing else, is captured");
        });
    }

    [Test]
    public void A_task_farm_falls_silent_without_numbered_safe_points()
    {
        ScaleResult result = Run(new ScaleSetup { Ranks = 200, Seed = 1, Traffic = Traffic.Farm, Attempts = 10 });
        Assert.That((result.IsSilent, result.Findings.Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public void The_table_and_the_plot_have_a_line_and_two_points_for_each_job()
    {
        ScaleResult[] results = [.. new[] { 64, 256 }.Select(ranks => Run(new ScaleSetup { Ranks = ranks, Seed = 5 }))];
        string table = ScaleTable.Of(results, 5, 256, "plot.svg");
        string plot = ScalePlot.Of(results);
        Assert.Multiple(() =>
        {
            Assert.That(table, Does.Contain("| 64 | neighbours in 2 dimensions | 19 |").And.Contain("| 256 | neighbours in 2 dimensions | 25 |").And.Contain("--seed 5 --most 256"));
            Assert.That(plot.Split("<circle").Length - 1, Is.EqualTo(4));
            Assert.That(() => System.Xml.Linq.XDocument.Parse(plot), Throws.Nothing);
        });
    }

    private static ScaleResult Run(ScaleSetup setup) => ScaleResult.Of(setup, new SimulatedJob(setup.ToJob()).Run());
}
