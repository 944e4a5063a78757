using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Native;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Supervision;

/// <summary>The tool against real launchers, with ranks that do not need MPI.</summary>
[TestFixture("openmpi")]
[TestFixture("mpich")]
[CancelAfter(300_000)]
public sealed class RunTests(string mpi)
{
    private string _directory = "";

    private string RankVariable => mpi == "openmpi" ? "OMPI_COMM_WORLD_RANK" : "PMI_RANK";

    [OneTimeSetUp]
    public void DemandLauncher() => LauncherChoice.Choose(mpi, Environment.GetEnvironmentVariable);

    [SetUp]
    public void MakeDirectory()
    {
        _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;
        Directory.CreateDirectory(Path.Combine(_directory, "ckpt"));
    }

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_job_that_loses_ranks_ends_with_the_result_of_one_that_does_not()
    {
        using ToolRun unbroken = Run([], "steps=30");
        Assert.That(unbroken.Wait(), Is.Zero, unbroken.Error);
        string expected = Result();
        ClearCheckpoints();
        using ToolRun broken = Run(["--rehearse-kill", "2", "--rehearse-kill", "4@0", "--seed", "5", "--json-log", "events"], "steps=30");
        Assert.That(broken.Wait(), Is.Zero, broken.Error);
        Assert.That(Result(), Is.EqualTo(expected));
        Assert.That(broken.Error, Does.Match(@"hpcvirt: rank \d \(pid \d+, host \S+\) was lost at step \d+: killed by signal 9"));
        Assert.That(broken.Error, Does.Match(@"hpcvirt: attempt 2 of 11 starts in 0\.\d+ s from the checkpoint at step \d+"));
        // A commit between the planned one and the kill is possible; one before it is not.
        int[] restored = [.. Regex.Matches(broken.Error, @"hpcvirt: restored step (\d+) \(").Select(match => int.Parse(match.Groups[1].Value))];
        Assert.That(restored, Has.Length.EqualTo(2));
        Assert.That(restored[0], Is.AtLeast(10));
        Assert.That(restored[1], Is.AtLeast(20).And.GreaterThanOrEqualTo(restored[0]));
        Assert.That(broken.Error, Does.Contain("the job ended well in attempt 3"));
        Assert.That(NamesIn("events"), Is.SupersetOf(new[] { "job-started", "attempt-started", "rank-connected", "checkpoint-committed", "rehearsed-kill", "rank-lost", "back-off", "restored", "job-ended" }));
        AssertNothingIsLeft(broken);
    }

    [Test]
    public void Without_restoring_a_lost_rank_makes_the_job_start_over()
    {
        using ToolRun run = Run(["--rehearse-kill", "1", "--no-restore"], "steps=15");
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Not.Contain("restored step").And.Contain("from the beginning"));
        Assert.That(run.Out.Split('\n').Count(line => line.StartsWith("step 0 ", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public void As_the_first_process_of_a_container_it_saves_on_SIGTERM_and_ends_with_75()
    {
        if (LibC.EffectiveUserId() != 0) Assert.Ignore("missing capability: PID namespaces need root");
        using ToolRun run = ToolRun.Start(_directory, Arguments([], "steps=100", "pace=20"), inside: ["unshare", "--pid", "--fork", "--mount-proc"]);
        run.AwaitOut("step 6 ");
        run.SignalChild(Signals.Terminate);
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.InterruptedSaved), run.Error);
        Assert.That(run.Error, Does.Contain("asked to stop (SIGTERM)"));
        AssertNothingIsLeft(run);
    }

    [Test]
    public void A_signal_that_a_batch_system_gives_notice_by_saves_a_checkpoint_and_ends_with_75()
    {
        using ToolRun run = Run(["--stop-on", "usr1"], "steps=100", "pace=20");
        run.AwaitOut("step 6 ");
        run.Signal(Signals.User1);
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.InterruptedSaved), run.Error);
        Assert.That(run.Error, Does.Contain("asked to stop (SIGUSR1)"));
        AssertNothingIsLeft(run);
    }

    [Test]
    public void A_job_that_is_interrupted_saves_a_checkpoint_and_goes_on_with_the_same_command()
    {
        using ToolRun first = Run([], "steps=100", "pace=20");
        first.AwaitOut("step 6 ");
        first.Signal(Signals.Interrupt);
        Assert.That(first.Wait(), Is.EqualTo((int)ExitCode.InterruptedSaved), first.Error);
        AssertNothingIsLeft(first);
        using ToolRun second = Run([], "steps=100", "pace=0");
        Assert.That(second.Wait(), Is.Zero, second.Error);
        Assert.That(second.Error, Does.Contain("hpcvirt: restored step"));
        Assert.That(second.Out, Does.Not.Contain("step 0 ").And.Contain("step 99 "));
    }

    [Test]
    public void A_second_request_stops_a_job_that_does_not_follow_the_first()
    {
        using ToolRun run = Run([], "steps=100000", "pace=5", "ignore-stop");
        run.AwaitOut("step 6 ");
        run.Signal(Signals.Terminate);
        run.AwaitError("asked to stop");
        run.Signal(Signals.Terminate);
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.Interrupted).Or.EqualTo((int)ExitCode.InterruptedSaved), run.Error);
        AssertNothingIsLeft(run);
    }

    [Test]
    public void A_job_that_does_not_stop_in_time_is_stopped()
    {
        using ToolRun run = Run(["--stop-timeout", "0.5"], "steps=100000", "pace=5", "ignore-stop");
        run.AwaitOut("step 6 ");
        run.Signal(Signals.Hangup);
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.Interrupted).Or.EqualTo((int)ExitCode.InterruptedSaved), run.Error);
        AssertNothingIsLeft(run);
    }

    [Test]
    public void A_program_that_fails_by_itself_is_started_twice_and_its_code_is_passed_on()
    {
        using ToolRun run = Run([], "steps=30", "fail-at=12");
        Assert.That(run.Wait(), Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain("failed at step 12: System.InvalidOperationException: this step always fails"));
        Assert.That(run.Error, Does.Contain("attempt 2 of 11").And.Not.Contain("attempt 3 of 11").And.Contain("the program fails by itself"));
    }

    [Test]
    public void Restarts_are_bounded()
    {
        using ToolRun run = Shell(["--restarts", "2"], "kill -9 $$");
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.GaveUp), run.Error);
        Assert.That(run.Error, Does.Contain("attempt 3 of 3").And.Contain("gave up after 2 restarts"));
    }

    [Test]
    public void A_stalled_attempt_is_ended_and_launched_again()
    {
        using ToolRun run = Run(["--stall-timeout", "3", "--restarts", "1"], "steps=3", "pace=100000");
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.GaveUp), run.Error);
        AssertNothingIsLeft(run);
    }

    [Test]
    public void A_program_without_the_library_gets_the_signals_itself()
    {
        using ToolRun run = Shell([], $"trap 'echo got USR1 ${RankVariable}' USR1; trap 'echo got TERM; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        run.Await(() => run.Out.Split("ready").Length == 3, "both ranks ready");
        run.Signal(Signals.User1);
        run.AwaitOut("got USR1 0");
        run.AwaitOut("got USR1 1");
        run.Signal(Signals.Terminate);
        run.Wait();
        Assert.That(run.Out, Does.Contain("got TERM"));
        AssertNothingIsLeft(run);
    }

    [Test]
    public void Output_passes_through_and_the_supervisors_lines_are_on_standard_error()
    {
        using ToolRun run = Shell([], $"[ ${RankVariable} = 0 ] && echo plain && echo broken >&2");
        run.Wait();
        Assert.That(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Some.EqualTo("plain"));
        Assert.That(run.Out, Does.Not.Contain("hpcvirt:").And.Not.Contain('\u001b'));
        Assert.That(run.Error, Does.Contain("broken"));
    }

    [Test]
    public void A_killed_supervisor_leaves_no_process_and_no_directory()
    {
        using ToolRun run = Run([], "steps=100000");
        run.AwaitOut("step 6 ");
        Assert.That(run.Alive, Is.GreaterThanOrEqualTo(2));
        run.Signal(Signals.Kill);
        Assert.That(() => run.Alive, Is.Zero.After(30_000, 100));
        Assert.That(() => Directory.Exists(RuntimeDirectoryOf(run)), Is.False.After(30_000, 100));
    }

    [Test]
    public void Daemons_that_a_program_leaves_behind_go_with_the_job()
    {
        // It closes what it inherited, as a daemon does: Hydra waits for the last holder of a rank's pipes.
        const string Daemon = "for fd in /proc/$$/fd/*; do n=${fd##*/}; [ $n -gt 2 ] && eval \"exec $n>&-\"; done; exec sleep 300";
        using ToolRun run = Shell([], $"setsid bash -c '{Daemon}' </dev/null >/dev/null 2>&1 & sleep 0.3; exit 0");
        Assert.That(run.Wait(), Is.Zero, run.Error);
        AssertNothingIsLeft(run);
    }

    [Test]
    public void Two_jobs_run_at_once_and_know_nothing_of_each_other()
    {
        string other = Directory.CreateDirectory(Path.Combine(_directory, "other")).FullName;
        Directory.CreateDirectory(Path.Combine(other, "ckpt"));
        using ToolRun first = Run(["--rehearse-kill", "1"], "steps=40");
        using ToolRun second = RunIn(other, ["--rehearse-kill", "2"], "steps=40");
        Assert.That((first.Wait(), second.Wait()), Is.EqualTo((0, 0)), first.Error + second.Error);
        Assert.That(File.ReadAllText(Path.Combine(other, "result-0.txt")), Is.EqualTo(Result().Split('|')[0]));
        AssertNothingIsLeft(first);
        AssertNothingIsLeft(second);
    }

    [Test]
    public void A_job_runs_without_USER_HOME_and_the_rest()
    {
        using ToolRun run = ToolRun.Start(_directory, Arguments(["--rehearse-kill", "1"], "steps=15"), environment =>
        {
            string? path = environment["PATH"];
            environment.Clear();
            environment["PATH"] = path;
        });
        Assert.That(run.Wait(), Is.Zero, run.Error);
        AssertNothingIsLeft(run);
    }

    private ToolRun Run(IReadOnlyList<string> options, params string[] rankArguments) => RunIn(_directory, options, rankArguments);

    private ToolRun RunIn(string directory, IReadOnlyList<string> options, params string[] rankArguments) =>
        ToolRun.Start(directory, Arguments(options, rankArguments));

    private string[] Arguments(IReadOnlyList<string> options, params string[] rankArguments) =>
        ["run", "-n", "2", "--mpi", mpi, "--checkpoints", "ckpt", .. options, "--", ToolRun.PathOf("HpcVirt.Control.Ranks.dll"), .. rankArguments];

    private ToolRun Shell(IReadOnlyList<string> options, string script) =>
        ToolRun.Start(_directory, ["run", "-n", "2", "--mpi", mpi, .. options, "--", "sh", "-c", script]);

    private string Result() => string.Join('|', Enumerable.Range(0, 2).Select(rank => File.ReadAllText(Path.Combine(_directory, $"result-{rank}.txt"))));

    private void ClearCheckpoints()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(_directory, "ckpt"))) File.Delete(file);
    }

    private IEnumerable<string> NamesIn(string log) =>
        File.ReadLines(Path.Combine(_directory, log)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!);

    private static void AssertNothingIsLeft(ToolRun run)
    {
        Assert.That(run.Alive, Is.Zero, "processes are left");
        Assert.That(Directory.Exists(RuntimeDirectoryOf(run)), Is.False, "the runtime directory is left");
    }

    private static string RuntimeDirectoryOf(ToolRun run) =>
        Path.Combine(new[] { Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), Environment.GetEnvironmentVariable("TMPDIR"), "/tmp" }.First(place => !string.IsNullOrEmpty(place))!, "hpcvirt-" + run.JobId);
}
