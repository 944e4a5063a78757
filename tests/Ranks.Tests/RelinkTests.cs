using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Jobs under <c>--strategy sessions</c>: held without links, and with new ones afterwards. MPICH 4.2, in a root of Debian 13; and where it cannot be.</summary>
[TestFixture]
internal sealed partial class RelinkTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private static readonly string[] Structures = [typeof(RankCases).Assembly.Location, "program", "structures", "steps=300", "pace=10"];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-relink-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>One session is what MPICH 4.0 can do: everything that programs use comes of it as it does of MPI_Init.</summary>
    [TestCase(2)]
    [TestCase(3)]
    public void A_world_that_comes_of_a_session_is_like_any_other(int ranks)
    {
        string[] program = ["dotnet", .. Structures[..^2], "steps=20"];
        MpiOutcome usual = MpiLaunch.Run(MpiKind.Mpich, ranks, Deadline, program);
        MpiOutcome session = MpiLaunch.Run(MpiKind.Mpich, ranks, Deadline, program, new Dictionary<string, string?> { ["HPCVIRT_MPI_MODEL"] = "sessions" });
        Assert.That((session.ExitCode, Line(session, "result ")), Is.EqualTo((0, Line(usual, "result "))));
    }

    [Test]
    public void A_model_that_is_unknown_or_that_the_library_does_not_have_is_refused()
    {
        string[] hello = ["dotnet", typeof(RankCases).Assembly.Location, "program", "hello"];
        Assert.That(MpiLaunch.Run(MpiKind.Mpich, 1, Deadline, hello, new Dictionary<string, string?> { ["HPCVIRT_MPI_MODEL"] = "world" }).Output, Does.Contain("HPCVIRT_MPI_MODEL=world is unknown"));
        MpiOutcome without = MpiLaunch.Run(MpiKind.OpenMpi, 1, Deadline, ["env", "HPCVIRT_MPI_MODEL=sessions", .. hello]);
        if (without.ExitCode == 0) Assert.Pass("this Open MPI has sessions");
        Assert.That(without.Output, Does.Contain("has no sessions (MPI_Session_init)"));
    }

    /// <summary>They are asked for what they can do: MPICH 4.0 has sessions, and dies at the second one.</summary>
    [TestCase("mpich")]
    [TestCase("openmpi")]
    public void An_MPI_that_cannot_open_a_second_session_is_refused_before_anything_is_launched(string mpi)
    {
        MpiOutcome refused = MpiLaunch.Run(["dotnet", Tree.Tool, "run", "-n", "2", "--mpi", mpi, "--strategy", "sessions", "--", .. Structures], Deadline);
        if (refused.ExitCode == 0) Assert.Pass("this MPI can");
        Assert.That(refused.ExitCode, Is.EqualTo(64), refused.ToString());
        Assert.That(refused.Output, Does.Contain("cannot open its links again").And.Contain("it ends with").And.Not.Contain("2 ranks under"));
    }

    [Test]
    [Category("Slow")]
    public void Links_go_with_a_network_card_and_come_back_with_another_and_the_program_does_not_notice()
    {
        MpiOutcome held = ReplaceCards("sessions", 3, Structures);
        Assert.That(SaysResult(held), Is.EqualTo(Undisturbed()));
        Assert.That(SaysConnections().Matches(held.Output).Select(static match => match.Groups[1].Value), Is.EqualTo((string[])["0", "0", "0"]), held.Output);
        Assert.That(SaysReleased().Matches(held.Output).Select(static match => match.Groups[1].Value), Is.EqualTo((string[])["0", "0", "0"]), held.Output);
        Assert.That(held.Output, Does.Contain("session 2 was opened").And.Contain("session 4 was opened").And.Not.Contain("starts in"));
    }

    /// <summary>The same with links that are kept: it is found out in time, and the job is launched anew.</summary>
    [Test]
    [Category("Slow")]
    public void Links_that_are_kept_do_not_survive_it_and_the_job_goes_on_from_its_checkpoint()
    {
        MpiOutcome held = ReplaceCards("relaunch", 1, Structures);
        Assert.That(SaysResult(held), Is.EqualTo(Undisturbed()));
        Assert.That(held.Output, Does.Contain("the links did not survive").And.Contain("attempt 2 of"));
        Assert.That(SaysReleased().Match(held.Output).Groups[1].Value, Is.Not.EqualTo("0"), held.Output);
    }

    [TestCase("mpich")]
    [TestCase("openmpi")]
    [Category("Slow")]
    public void On_one_host_both_new_MPIs_open_session_after_session(string mpi)
    {
        MpiOutcome held = Hold(mpi, 3, Structures);
        Assert.That(SaysResult(held), Is.EqualTo(Undisturbed()));
        Assert.That(held.Output, Does.Contain("session 2 was opened").And.Contain("session 4 was opened").And.Not.Contain("starts in"));
    }

    [Test]
    [Category("Slow")]
    public void A_request_that_is_live_over_the_safe_point_keeps_the_links_and_is_named()
    {
        string[] program = [.. Structures, "with=crossing"];
        MpiOutcome held = Hold("mpich", 1, program);
        Assert.That(SaysResult(held), Is.EqualTo(SaysResult(Inside([.. MpiKind.Mpich42.Command(3), "dotnet", .. program]))));
        Assert.That(held.Output, Does.Contain("is held with its links as they are, and not in a new session: ").And.Contain("is live over the safe point").And.Contain("links to 2 rank(s) work"));
    }

    [Test]
    [Category("Slow")]
    public void A_task_farm_has_no_numbered_safe_points_and_is_held_with_its_links()
    {
        MpiOutcome held = Hold("mpich", 1, [Tree.Program("samples/farm", "farm"), "tasks", "--tasks", "600", "--task-time", "10"]);
        Assert.That(held.Output, Does.Contain("done exactly once: 600").And.Contain("its safe points have no numbers").And.Not.Contain("was opened"));
    }

    private MpiOutcome Hold(string mpi, int times, string[] program) => Inside(["bash", "-c", $"""
        export XDG_RUNTIME_DIR={_folder} HPCVIRT_INTERVAL=never
        dotnet {Tree.Tool} run -n 3 --mpi {mpi} --strategy sessions --checkpoints {_folder}/checkpoints -- {string.Join(' ', program)} &
        job=$!
        until dotnet {Tree.Tool} checkpoint-now; do kill -0 $job || exit; sleep 0.3; done
        for time in $(seq {times}); do dotnet {Tree.Tool} hold --deadline 60s && dotnet {Tree.Tool} release; sleep 0.2; done
        wait $job
        """]);

    private string Undisturbed() => SaysResult(Inside([.. MpiKind.Mpich42.Command(3), "dotnet", .. Structures[..^1]]));

    private MpiOutcome ReplaceCards(string strategy, int rounds, string[] program) =>
        Inside(["bash", Path.Combine(Tree.Root, "tests", "Trixie", "replace-cards"), _folder, Tree.Tool, strategy, $"{rounds}", .. program]);

    private MpiOutcome Inside(string[] command)
    {
        MpiOutcome outcome = MpiLaunch.Run([.. Trixie.In(_folder, Deadline), .. command], Deadline, workingDirectory: _folder);
        Assert.That((outcome.DeadlinePassed, outcome.ExitCode), Is.EqualTo((false, 0)), outcome.ToString());
        return outcome;
    }

    private static string SaysResult(MpiOutcome outcome) => Line(outcome, "result ");

    private static string Line(MpiOutcome outcome, string prefix) => outcome.Output.Split('\n').SingleOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal))?.Trim() ?? outcome.ToString();

    [GeneratedRegex(@"cards while it is held: (\d+)")]
    private static partial Regex SaysConnections();

    [GeneratedRegex(@"release ends with (\d+)")]
    private static partial Regex SaysReleased();
}
