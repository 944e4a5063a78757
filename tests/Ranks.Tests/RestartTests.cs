using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Whole jobs that die and start again under plain mpirun and mpiexec, without a supervisor.</summary>
[TestFixture(MpiKind.OpenMpi)]
[TestFixture(MpiKind.Mpich)]
internal sealed class RestartTests(MpiKind kind)
{
    private string _folder = "";

    private static MpiKind Other(MpiKind kind) => kind == MpiKind.OpenMpi ? MpiKind.Mpich : MpiKind.OpenMpi;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-restart-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void A_killed_job_continues_from_its_newest_checkpoint_and_ends_with_the_same_result(int ranks)
    {
        string unbroken = ResultOf(Walk(kind, ranks, "steps=20"));
        MpiOutcome killed = Walk(kind, ranks, "steps=20", $"die=13@{ranks - 1}");
        Assert.That(killed.ExitCode, Is.Not.Zero, killed.Output);
        MpiOutcome restarted = Walk(kind, ranks, "steps=20", $"die=13@{ranks - 1}");
        Assert.That(restarted.Output, Does.Contain("continues at step 10"));
        Assert.That(ResultOf(restarted), Is.EqualTo(unbroken));
    }

    [Test]
    public void A_job_that_died_under_one_mpi_continues_under_the_other()
    {
        string unbroken = ResultOf(Walk(kind, 2, "steps=20"));
        Walk(kind, 2, "steps=20", "die=13@0");
        MpiOutcome restarted = Walk(Other(kind), 2, "steps=20");
        Assert.That(restarted.Output, Does.Contain("continues at step 10"));
        Assert.That(ResultOf(restarted), Is.EqualTo(unbroken));
    }

    [Test]
    public void A_message_that_crosses_the_safe_point_is_part_of_the_checkpoint_also_under_the_other_mpi()
    {
        string unbroken = ResultOf(Walk(kind, 2, "steps=20", "message=10"));
        Directory.Delete(_folder, recursive: true);
        Walk(kind, 2, "steps=20", "message=10", "die=13@0");

        // Nobody sends the message again: the restarted rank 1 receives it out of the checkpoint.
        MpiOutcome restarted = Walk(Other(kind), 2, "steps=20", "message=10");
        Assert.That(restarted.Output, Does.Contain("continues at step 10"));
        Assert.That(ResultOf(restarted), Is.EqualTo(unbroken));
    }

    [TestCase("truncate")]
    [TestCase("corrupt")]
    [TestCase("delete")]
    public void Any_one_damaged_file_of_the_newest_checkpoint_is_named_and_the_one_before_is_used(string damage)
    {
        string unbroken = ResultOf(Walk(kind, 2, "steps=20"));
        foreach (string file in new[] { "manifest", "rank-0.shard", "rank-1.shard" })
        {
            Directory.Delete(_folder, recursive: true);
            Walk(kind, 2, "steps=20", "die=13@1");
            string newest = Directory.GetDirectories(_folder, "v2-*").Single();
            Damage(Path.Combine(newest, file), damage);
            MpiOutcome restarted = Walk(kind, 2, "steps=20");
            Assert.That(restarted.Output, Does.Contain("passes over").And.Contain(file).And.Contain("continues at step 5"), $"{damage} {file}");
            Assert.That(ResultOf(restarted), Is.EqualTo(unbroken), $"{damage} {file}");
        }
    }

    [Test]
    public void Files_of_the_program_go_back_with_its_state_and_every_line_is_there_once([Values] bool throughMemory)
    {
        string outside = Directory.CreateTempSubdirectory("hpcvirt-files-").FullName;
        try
        {
            string prefix = Path.Combine(outside, "lines");
            string? memory = throughMemory ? Path.Combine(outside, "memory-{rank}") : null;
            WalkThrough(memory, kind, 2, "steps=20", $"files={prefix}", "die=13@1");
            string[] written = [.. new[] { 0, 1 }.Select(rank => File.ReadAllText($"{prefix}-{rank}"))];
            Assert.That(written, Has.All.Contain("\n12\n"), "the job had written more than its newest checkpoint knows");

            MpiOutcome restarted = WalkThrough(memory, kind, 2, "steps=20", $"files={prefix}", "die=13@1");
            Assert.That(restarted.ExitCode, Is.Zero, restarted.Output);

            // Through memory the commit runs behind the program, and the kill at step 13 may come before that of step 10.
            Assert.That(restarted.Output, throughMemory
                ? Does.Contain("continues at step 10").And.Contain("last was step 9").Or.Contain("continues at step 5").And.Contain("last was step 4")
                : Does.Contain("continues at step 10").And.Contain("last was step 9"));
            string all = string.Concat(Enumerable.Range(0, 20).Select(static step => $"{step}\n"));
            Assert.That(new[] { 0, 1 }.Select(rank => File.ReadAllText($"{prefix}-{rank}")), Is.All.EqualTo(all));
            Assert.That(File.ReadAllText($"{prefix}-last"), Is.EqualTo("step 19"));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Test]
    public void A_job_that_stops_at_a_time_has_its_last_checkpoint_where_it_outlives_the_memory()
    {
        string unbroken = ResultOf(Walk(kind, 2, "steps=20"));
        string memory = Directory.CreateTempSubdirectory("hpcvirt-memory-").FullName;
        try
        {
            MpiOutcome stopped = Stopping(memory, ("HPCVIRT_STOP_AT", "1000000000"));
            Assert.That(stopped.ExitCode, Is.EqualTo(75), stopped.Output);
            Match at = Regex.Match(stopped.Output, @"stops before step (\d+): it was to stop at 2001-09-09 01:46:40Z");
            Assert.That(at.Success, stopped.Output);
            Directory.Delete(memory, recursive: true);

            MpiOutcome second = Stopping(memory);
            Assert.That(second.Output, Does.Contain($"continues at step {at.Groups[1].Value},"));
            Assert.That(ResultOf(second), Is.EqualTo(unbroken));
        }
        finally
        {
            Directory.Delete(memory, recursive: true);
        }

        MpiOutcome Stopping(string inMemory, params (string Name, string Value)[] variables) => Launch(
            kind, 2, [("HPCVIRT_MEMORY", inMemory), ("HPCVIRT_FLUSH_EVERY", "1000"), ("HPCVIRT_INTERVAL", "never"), .. variables], "steps=20");
    }

    [Test]
    public void A_checkpoint_of_another_program_is_refused()
    {
        Walk(kind, 2, "steps=20", "die=13@1");
        MpiOutcome foreign = Walk(kind, 2, "steps=20", "name=another");
        Assert.That(foreign.ExitCode, Is.Not.Zero);
        Assert.That(foreign.Output, Does.Contain("another").And.Contain("walk"));
    }

    [Test]
    public void A_checkpoint_of_another_number_of_ranks_is_refused_with_both_numbers()
    {
        Walk(kind, 2, "steps=20", "die=13@1");
        MpiOutcome three = Walk(kind, 3, "steps=20");
        Assert.That(three.ExitCode, Is.Not.Zero);
        Assert.That(three.Output, Does.Contain("2 ranks").And.Contain("3"));
    }

    [Test]
    public void A_checkpoint_of_another_shape_is_refused_with_the_region_and_both_shapes()
    {
        Walk(kind, 2, "steps=20", "die=13@1");
        MpiOutcome other = Walk(kind, 2, "steps=20", "size=65");
        Assert.That(other.ExitCode, Is.Not.Zero);
        Assert.That(other.Output, Does.Contain("state").And.Contain("64").And.Contain("65"));
    }

    [Test]
    public void A_foreign_directory_is_left_alone_and_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "thesis.txt"), "mine");
        MpiOutcome outcome = Walk(kind, 2, "steps=20");
        Assert.That(outcome.ExitCode, Is.Not.Zero);
        Assert.That(outcome.Output, Does.Contain(_folder));
        Assert.That(Directory.GetFileSystemEntries(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_library_of_another_mpi_than_the_launcher_is_refused_with_a_word()
    {
        MpiOutcome outcome = MpiLaunch.Run(
            kind, 2, TimeSpan.FromSeconds(60), ["dotnet", typeof(RankCases).Assembly.Location, "program", "hello"],
            new Dictionary<string, string?> { ["HPCVIRT_MPI"] = Other(kind) == MpiKind.OpenMpi ? "openmpi" : "mpich" });
        Assert.That(outcome.ExitCode, Is.Not.Zero);
        Assert.That(outcome.Output, Does.Contain("HPCVIRT_MPI").And.Contain("launcher"));
    }

    private MpiOutcome Walk(MpiKind mpi, int ranks, params string[] arguments) => WalkThrough(memory: null, mpi, ranks, arguments);

    private MpiOutcome WalkThrough(string? memory, MpiKind mpi, int ranks, params string[] arguments) =>
        Launch(mpi, ranks, memory is null ? [] : [("HPCVIRT_MEMORY", memory)], arguments);

    private MpiOutcome Launch(MpiKind mpi, int ranks, (string Name, string Value)[] variables, params string[] arguments)
    {
        var environment = new Dictionary<string, string?> { ["HPCVIRT_CHECKPOINTS"] = _folder, ["HPCVIRT_INTERVAL"] = "5 steps" };
        foreach ((string name, string value) in variables)
            environment[name] = value;
        MpiOutcome outcome = MpiLaunch.Run(
            mpi, ranks, TimeSpan.FromSeconds(90), ["dotnet", typeof(RankCases).Assembly.Location, "program", "walk", .. arguments], environment);
        Assert.That(outcome.DeadlinePassed, Is.False, outcome.Output);
        return outcome;
    }

    /// <summary>The unbroken run leaves checkpoints of its own; each comparison begins with an empty directory.</summary>
    private string ResultOf(MpiOutcome outcome)
    {
        string line = outcome.Output.Split('\n').FirstOrDefault(text => text.Contains("result ", StringComparison.Ordinal)) ?? "";
        Assert.That(line, Is.Not.Empty, outcome.ToString());
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Output);
        foreach (string entry in Directory.GetFileSystemEntries(_folder))
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
        }

        return line[line.IndexOf("result ", StringComparison.Ordinal)..].Trim();
    }

    private static void Damage(string file, string damage)
    {
        byte[] bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "truncate":
                File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
                break;
            case "corrupt":
                bytes[bytes.Length / 2] ^= 0x10;
                File.WriteAllBytes(file, bytes);
                break;
            default:
                File.Delete(file);
                break;
        }
    }
}
