using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Ranks that are lost and replaced with the MPI's own fault tolerance: Open MPI 5, in a root of Debian 13.</summary>
[TestFixture]
[Category("Slow")]
internal sealed partial class UlfmTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly string[] Stencil = [Tree.Program("samples/stencil", "stencil"), "--rows", "67", "--columns", "53", "--steps", "300", "--step-delay-ms", "10", "--result", "plate.bin"];
    private static readonly string[] Halos = [Tree.Program("samples/farm", "farm"), "halos", "--steps", "150", "--step-time", "5"];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-ulfm-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Rank 2 is lost; rank 1 waits for it, and rank 0 for rank 1: the library tells the one, and the one's revocation the other.</summary>
    [Test]
    public void Calls_on_a_lost_rank_and_on_a_revoked_communicator_fail_and_the_others_go_on()
    {
        MpiOutcome outcome = Inside([.. MpiKind.OpenMpi5.Command(3), "--with-ft", "ulfm", "dotnet", .. Ranks("lost-peer", "answered")]);
        Assert.That(outcome.Output, Does.Contain("ulfm: exported True, on True"));
        Assert.That(outcome.Output, Does.Contain("rank 1: MPI_Recv ProcessFailed, answered True, has answer False"));
        Assert.That(outcome.Output, Does.Contain("rank 0: MPI_Recv Revoked, answered True, has answer False"));
        Assert.That(outcome.Output, Does.Contain("rank 0: 0 of 2, sum 3").And.Contain("rank 1: 1 of 2, sum 3"));
        Assert.That(outcome.Output, Does.Contain("rank 0: agreed True False").And.Contain("rank 1: agreed True False"));
    }

    [Test]
    public void Without_the_option_the_library_says_that_its_fault_tolerance_is_off()
    {
        MpiOutcome outcome = Inside([.. MpiKind.OpenMpi5.Command(2), "dotnet", .. Ranks("lost-peer")]);
        Assert.That(outcome.Output, Does.Contain("ulfm: exported True, on False"));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    public void A_plate_that_loses_three_ranks_ends_with_the_same_bits_and_is_launched_once(int seed)
    {
        MpiOutcome broken = Run(["--checkpoints", "ckpt", "--seed", $"{seed}", "--rehearse-kill", "1", "--rehearse-kill", "4@0", "--rehearse-kill", "7"], Stencil);
        Assert.That(broken.ExitCode, Is.Zero, broken.Output);
        AssertRepaired(broken, 3);
        Assert.That(File.ReadAllBytes(Path.Combine(_folder, "plate.bin")), Is.EqualTo(Undisturbed()));
    }

    [Test]
    public void Halos_with_requests_in_flight_end_with_the_same_bits_and_are_launched_once()
    {
        string unbroken = Line(Inside([.. MpiKind.OpenMpi5.Command(3), "dotnet", .. Halos]), "halos: ");
        MpiOutcome broken = Run(["--checkpoints", "ckpt", "--seed", "5", "--rehearse-kill", "1", "--rehearse-kill", "3@0", "--rehearse-kill", "5"], Halos);
        Assert.That(Line(broken, "halos: "), Is.EqualTo(unbroken));
        AssertRepaired(broken, 3);
    }

    /// <summary>Nobody finalizes MPI after a loss; the launcher must not take that for the end of all.</summary>
    [Test]
    public void After_the_end_of_the_job_a_process_may_take_its_time()
    {
        MpiOutcome broken = Run(["--checkpoints", "ckpt", "--seed", "5", "--rehearse-kill", "2@1"], Ranks("walk", "steps=100", "size=4000", "linger=3000"));
        Assert.That(broken.ExitCode, Is.Zero, broken.Output);
        AssertRepaired(broken, 1);
        Assert.That(broken.Output, Does.Contain("lingered").And.Not.Contain("improperly"));
    }

    /// <summary>While the body unwinds, its own `finally` talks to ranks of the old world, which answers with errors by now: they are not the program's.</summary>
    [Test]
    public void A_program_that_tidies_up_with_the_lost_world_goes_on_with_the_new_one()
    {
        string unbroken = Line(Run([], Ranks("walk", "steps=100", "size=4000", "tidy")), "result ");
        MpiOutcome broken = Run(["--checkpoints", "ckpt", "--seed", "5", "--rehearse-kill", "2@0"], Ranks("walk", "steps=100", "size=4000", "tidy"));
        Assert.That(Line(broken, "result "), Is.EqualTo(unbroken));
        AssertRepaired(broken, 1);
    }

    /// <summary>A survivor dies as soon as it has helped: that is too much, and the job is launched anew.</summary>
    [Test]
    public void A_loss_within_a_repair_becomes_a_relaunch_and_the_result_is_the_same()
    {
        string unbroken = Line(Run([], Ranks("walk", "steps=100", "size=4000")), "result ");
        MpiOutcome broken = Run(["--checkpoints", "ckpt", "--seed", "5", "--rehearse-kill", "2@0"], Ranks("walk", "steps=100", "size=4000", "fall=1"));
        Assert.That(Line(broken, "result "), Is.EqualTo(unbroken));
        Assert.That(SaysRepairs().Count(broken.Output), Is.EqualTo(1), broken.Output);
        Assert.That(broken.Output.Split("starts in"), Has.Length.EqualTo(2), broken.Output);
    }

    private static string[] Ranks(params string[] words) => [typeof(RankCases).Assembly.Location, "program", .. words];

    private void AssertRepaired(MpiOutcome outcome, int losses)
    {
        Assert.That(SaysRepairs().Count(outcome.Output), Is.EqualTo(losses), outcome.Output);
        Assert.That(SaysContinues().Matches(outcome.Output).Select(static match => long.Parse(match.Groups[1].Value)), Has.Exactly(losses).Items.And.All.Positive, outcome.Output);
        Assert.That(outcome.Output, Does.Not.Contain("starts in"), "a relaunch");
    }

    private MpiOutcome Run(string[] options, string[] program) => Inside(
        ["env", "HPCVIRT_INTERVAL=20 steps", "dotnet", Tree.Tool, "run", "-n", "3", "--mpi", "openmpi", "--strategy", "ulfm", .. options, "--", .. program]);

    private MpiOutcome Inside(string[] command)
    {
        MpiOutcome outcome = MpiLaunch.Run([.. Trixie.In(_folder, Deadline), .. command], Deadline, workingDirectory: _folder);
        Assert.That(outcome.DeadlinePassed, Is.False, outcome.Output);
        return outcome;
    }

    private byte[] Undisturbed()
    {
        MpiOutcome outcome = Inside([.. MpiKind.OpenMpi5.Command(2), "dotnet", .. Stencil[..^1], "undisturbed.bin"]);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return File.ReadAllBytes(Path.Combine(_folder, "undisturbed.bin"));
    }

    private static string Line(MpiOutcome outcome, string prefix)
    {
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return outcome.Output.Split('\n').Single(line => line.StartsWith(prefix, StringComparison.Ordinal)).Trim();
    }

    [GeneratedRegex("take in a replacement")]
    private static partial Regex SaysRepairs();

    [GeneratedRegex(@"continues at step (\d+)")]
    private static partial Regex SaysContinues();
}
