using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>The heat plate has the same bits on any number of ranks, however it is split, under either MPI.</summary>
[TestFixture]
internal sealed class StencilTests
{
    private static readonly Lazy<string> OneRank = new(() => ChecksumOf(MpiKind.OpenMpi, 1, "1d"));

    [Test]
    public void The_plate_is_bit_identical(
        [Values(MpiKind.OpenMpi, MpiKind.Mpich)] MpiKind kind, [Values(1, 2, 3, 4)] int ranks, [Values("1d", "2d")] string decomposition) =>
        Assert.That(ChecksumOf(kind, ranks, decomposition), Is.EqualTo(OneRank.Value));

    [Test]
    public void Four_three_one_and_four_ranks_continue_one_another_and_end_bit_identical_to_the_unbroken_run([Values] bool throughMemory)
    {
        string folder = Directory.CreateTempSubdirectory("hpcvirt-elastic-").FullName;
        try
        {
            (int Ranks, string Decomposition, int Steps, int Continued)[] chain = [(4, "2d", 17, 0), (3, "1d", 33, 15), (1, "1d", 49, 30), (4, "2d", 60, 45)];
            string checksum = "";
            string log = Path.Combine(folder, "changes.txt");
            foreach ((int ranks, string decomposition, int steps, int continued) in chain)
            {
                var environment = new Dictionary<string, string?> { ["HPCVIRT_CHECKPOINTS"] = Path.Combine(folder, "shared"), ["HPCVIRT_INTERVAL"] = "5 steps" };
                if (throughMemory) environment["HPCVIRT_MEMORY"] = Path.Combine(folder, "memory");
                MpiOutcome outcome = MpiLaunch.Run(
                    MpiKind.OpenMpi, ranks, TimeSpan.FromSeconds(90),
                    ["dotnet", Tree.Program("samples/stencil", "stencil"), "--rows", "37", "--columns", "53", "--steps", $"{steps}", "--decomposition", decomposition, "--checksum", "--log", log],
                    environment);
                Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
                if (continued > 0) Assert.That(outcome.Output, Does.Contain($"continues at step {continued}"), $"{ranks} ranks");
                checksum = outcome.Output.Split('\n').Single(static line => line.StartsWith("checksum ", StringComparison.Ordinal)).Trim();
            }

            Assert.That(checksum, Is.EqualTo(OneRank.Value));
            Assert.That(File.ReadLines(log).Select(static line => line.Split(' ')[0]), Is.EqualTo(Enumerable.Range(0, 60).Select(static step => $"{step}")), "one line per step");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase(MpiKind.OpenMpi)]
    [TestCase(MpiKind.Mpich)]
    public void More_ranks_than_rows_are_refused_on_all_ranks_with_what_to_do(MpiKind kind)
    {
        MpiOutcome outcome = Run(kind, 4, "--rows", "3", "--columns", "40", "--steps", "1");
        Assert.That(outcome.DeadlinePassed, Is.False);
        Assert.That(outcome.ExitCode, Is.Not.Zero);
        Assert.That(outcome.Output, Does.Contain("rows"));
    }

    [Test]
    public void The_ring_of_mpi_net_style_finds_pi([Values(MpiKind.OpenMpi, MpiKind.Mpich)] MpiKind kind)
    {
        MpiOutcome ring = MpiLaunch.Run(kind, 3, TimeSpan.FromSeconds(60), ["dotnet", Tree.Program("samples/ring", "ring")]);
        Assert.That(ring.ExitCode, Is.Zero, ring.ToString());
        Assert.That(ring.Output, Does.Contain("3.14159"));
    }

    // Odd extents and a prime number of columns: no split is even, and every vector has a tail.
    private static string ChecksumOf(MpiKind kind, int ranks, string decomposition)
    {
        MpiOutcome outcome = Run(kind, ranks, "--rows", "37", "--columns", "53", "--steps", "60", "--decomposition", decomposition, "--checksum");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return outcome.Output.Split('\n').Single(line => line.StartsWith("checksum ", StringComparison.Ordinal)).Trim();
    }

    private static MpiOutcome Run(MpiKind kind, int ranks, params string[] arguments) =>
        MpiLaunch.Run(kind, ranks, TimeSpan.FromSeconds(60), ["dotnet", Tree.Program("samples/stencil", "stencil"), .. arguments]);
}
