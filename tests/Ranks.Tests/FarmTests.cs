using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Programs with deep traffic are killed with messages in flight, and go on from a checkpoint that holds these, under the other MPI.</summary>
[TestFixture(MpiKind.OpenMpi)]
[TestFixture(MpiKind.Mpich)]
internal sealed partial class FarmTests(MpiKind kind)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static readonly string[] Tasks = ["tasks", "--tasks", "300", "--task-time", "3"];
    private static readonly string[] Halos = ["halos", "--steps", "150", "--step-time", "5"];

    private string _folder = "";

    private MpiKind OtherKind => kind == MpiKind.OpenMpi ? MpiKind.Mpich : MpiKind.OpenMpi;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-farm-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_task_farm_that_is_killed_in_mid_flight_does_every_task_exactly_once_under_the_other_mpi()
    {
        string unbroken = ResultOf(Run(kind, 3, checkpoints: false, Tasks), "tasks: ");
        KillAfterCommits(3, Tasks);
        MpiOutcome restarted = Run(OtherKind, 3, checkpoints: true, Tasks);
        Assert.That(Continued(restarted), Is.Positive, restarted.Output);
        Assert.That(ResultOf(restarted, "tasks: "), Is.EqualTo(unbroken).And.Contains("done exactly once: 300"));
    }

    [Test]
    public void Pipelined_halos_that_are_killed_in_mid_flight_end_with_the_same_bits_under_the_other_mpi()
    {
        string unbroken = ResultOf(Run(kind, 3, checkpoints: false, Halos), "halos: ");
        KillAfterCommits(3, Halos);
        MpiOutcome restarted = Run(OtherKind, 3, checkpoints: true, Halos);
        Assert.That(Continued(restarted), Is.Positive, restarted.Output);
        Assert.That(ResultOf(restarted, "halos: "), Is.EqualTo(unbroken));
    }

    [Test]
    public void A_task_farm_survives_a_second_crash_right_after_the_first()
    {
        KillAfterCommits(2, Tasks);
        KillAfterCommits(4, Tasks);
        MpiOutcome restarted = Run(kind, 3, checkpoints: true, Tasks);
        Assert.That(ResultOf(restarted, "tasks: "), Does.Contain("done exactly once: 300"), restarted.Output);
    }

    [Test]
    public void Pipelined_halos_with_requests_in_flight_end_with_the_same_bits_when_ranks_are_replaced_within_the_job()
    {
        if (kind == MpiKind.Mpich) Assert.Ignore("MPICH 4.0 cannot start ranks within a job");
        string unbroken = ResultOf(Run(kind, 3, checkpoints: false, Halos), "halos: ");
        MpiOutcome broken = MpiLaunch.Run(
            [
                "dotnet", Tree.Tool, "run", "-n", "3", "--mpi", "openmpi", "--strategy", "spawn", "--seed", "5",
                "--rehearse-kill", "2", "--rehearse-kill", "5@0", "--rehearse-kill", "8", "--", .. Program(Halos)[1..],
            ],
            Deadline, Environment(checkpoints: true), _folder);
        Assert.That(ResultOf(broken, "halos: "), Is.EqualTo(unbroken));
        Assert.That(broken.Output, Does.Contain("take in a replacement").And.Not.Contain("signal 11").And.Not.Contain("signal 6"), "a process that dies of its own repair");
    }

    [GeneratedRegex(@"continues at step (\d+)")]
    private static partial Regex SaysContinues();

    private static long Continued(MpiOutcome outcome) => SaysContinues().Match(outcome.Output) is { Success: true } match ? long.Parse(match.Groups[1].Value) : 0;

    private static string ResultOf(MpiOutcome outcome, string prefix)
    {
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return outcome.Output.Split('\n').Single(line => line.StartsWith(prefix, StringComparison.Ordinal)).Trim();
    }

    /// <summary>Kills all processes of the job at once when so many checkpoints were committed.</summary>
    private void KillAfterCommits(int commits, string[] arguments)
    {
        MpiOutcome killed = MpiLaunch.Run(
            [.. kind.Command(3), .. Program(arguments)], Deadline, Environment(checkpoints: true), endWhen: () => Directory.Exists(Path.Combine(_folder, "ckpt")) && Newest() >= commits);
        Assert.That(killed.ExitCode, Is.Not.Zero, $"the job was to be killed on its way: {killed}");
    }

    private long Newest() => Directory.EnumerateDirectories(Path.Combine(_folder, "ckpt"), "v*-a*")
        .Select(path => CommittedName().Match(Path.GetFileName(path)))
        .Where(match => match.Success)
        .Select(match => long.Parse(match.Groups[1].Value))
        .DefaultIfEmpty(0)
        .Max();

    [GeneratedRegex(@"^v(\d+)-a\d+$")]
    private static partial Regex CommittedName();

    private MpiOutcome Run(MpiKind mpi, int ranks, bool checkpoints, string[] arguments) =>
        MpiLaunch.Run(mpi, ranks, Deadline, Program(arguments), Environment(checkpoints));

    private Dictionary<string, string?> Environment(bool checkpoints) => new()
    {
        ["HPCVIRT_CHECKPOINTS"] = checkpoints ? Path.Combine(_folder, "ckpt") : null,
        ["HPCVIRT_INTERVAL"] = "50ms",
    };

    private static string[] Program(string[] arguments) => ["dotnet", Tree.Program("samples/farm", "farm"), .. arguments];
}
