using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Jobs that are held by <c>hpcvirt hold</c>: silent for as long as somebody needs, and never for ever.</summary>
[TestFixture("openmpi")]
[TestFixture("mpich")]
internal sealed partial class HoldTests(string mpi)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static readonly string[] Walk = [typeof(RankCases).Assembly.Location, "program", "walk", "size=4000", "steps=2500", "pace=1"];
    private static readonly string[] Farm = [Tree.Program("samples/farm", "farm"), "tasks", "--tasks", "600", "--task-time", "5"];

    private string _folder = "";
    private Task<MpiOutcome> _job = null!;

    private string Runtime => Path.Combine(_folder, "run");

    private string Events => Path.Combine(_folder, "events");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-hold-").FullName;
        Directory.CreateDirectory(Runtime);
    }

    [TearDown]
    public void DeleteFolder()
    {
        // A job that a failed test leaves behind ends by itself: nothing here runs longer than its deadline.
        _ = _job?.Wait(Deadline);
        _job?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void No_step_is_made_while_it_is_held_and_the_result_is_that_of_the_undisturbed_job()
    {
        Start(Walk);
        AwaitStep(1);
        Assert.That(Operate("hold", "--deadline", "60s"), Does.Contain("the job is silent"));
        long step = StepOnceAllBeatsHaveCome();
        Thread.Sleep(500);
        Assert.That(Step(), Is.EqualTo(step));
        Assert.That(Status(), Does.Contain(": held,"));
        Assert.That(Operate("release"), Does.Contain("all of its links work"));
        AwaitStep(step + 10);
        Assert.That(Refused("release"), Does.Contain("released before"));
        string held = ResultOf(_job, "result ");
        Assert.That(held, Is.EqualTo(ResultOf(Task.FromResult(Tool([.. RunCommand(), .. Walk[..^1]])), "result ")));
        Assert.That(_job.Result.Output, Does.Contain("links to 1 rank(s) work").And.Not.Contain("starts in"));
    }

    [Test]
    public void A_hold_lasts_as_long_as_its_command_and_gives_its_code()
    {
        Start(Walk);
        AwaitStep(1);
        Assert.That(Tool(["hold", "--", "sh", "-c", "exit 3"]).ExitCode, Is.EqualTo(3));
        MpiOutcome late = Tool(["hold", "--deadline", "200ms", "--", "sleep", "1"]);
        Assert.That(late.ExitCode, Is.EqualTo(74), late.ToString());
        Assert.That(late.Output, Does.Contain("nobody released it within 0.2 s"));
        Assert.That(ResultOf(_job, "result "), Is.Not.Empty);
    }

    [Test]
    public void Told_to_end_a_hold_around_a_command_ends_that_and_lets_the_job_go_on()
    {
        Start(Walk);
        AwaitStep(1);
        string id = Path.GetFileName(Directory.EnumerateDirectories(Runtime).Single())["hpcvirt-".Length..], mark = Path.Combine(_folder, "mark");
        var start = new ProcessStartInfo("dotnet", [Tree.Tool, "hold", "--job", id, "--deadline", "10m", "--", "sh", "-c", $"touch {mark}; exec sleep 300"]);
        start.Environment["XDG_RUNTIME_DIR"] = Runtime;
        using Process hold = Process.Start(start)!;
        Await(() => File.Exists(mark), "the command");
        using (Process signal = Process.Start("kill", ["-TERM", $"{hold.Id}"])) signal.WaitForExit();
        Assert.That(hold.WaitForExit(Deadline), Is.True);
        Assert.That(hold.ExitCode, Is.EqualTo(76));
        Assert.That(ResultOf(_job, "result "), Is.Not.Empty, "held for ten minutes it would not end");
    }

    [Test]
    public void A_rank_that_is_lost_in_the_silence_ends_the_hold_and_the_job_is_launched_anew()
    {
        Start(Walk);
        AwaitStep(1);
        _ = Operate("checkpoint-now");
        _ = Operate("hold", "--deadline", "60s");
        Kill(rank: 0);
        Await(() => Status().Contains("attempt 2", StringComparison.Ordinal), "the second attempt");
        Assert.That(Refused("release"), Does.Contain("not held any more"));
        Assert.That(ResultOf(_job, "result "), Is.EqualTo(ResultOf(Task.FromResult(Tool([.. RunCommand(), .. Walk[..^1]])), "result ")));
    }

    [Test]
    public void A_rank_that_is_lost_in_the_silence_is_replaced_and_the_job_is_not_held_again()
    {
        if (mpi == "mpich") Assert.Ignore("MPICH 4.0 ends the whole job when it loses a rank");
        Start(Walk, "--strategy", "standby", "--standbys", "1");
        AwaitStep(1);
        _ = Operate("checkpoint-now");

        // Longer than the test may take: held again, the job would not end.
        _ = Operate("hold", "--deadline", "10m");
        Kill(rank: 1);
        Assert.That(ResultOf(_job, "result "), Is.EqualTo(ResultOf(Task.FromResult(Tool([.. RunCommand(), .. Walk[..^1]])), "result ")));
        Assert.That(_job.Result.Output, Does.Contain("a process that waited takes the place").And.Not.Contain("starts in"));
    }

    [Test]
    public void A_task_farm_whose_ranks_take_different_steps_is_held_too()
    {
        Start(Farm);
        AwaitStep(1);
        Assert.That(Operate("hold"), Does.Contain("the job is silent"));
        long step = StepOnceAllBeatsHaveCome();
        Thread.Sleep(500);
        Assert.That(Step(), Is.EqualTo(step));
        Assert.That(Operate("release"), Does.Contain("all of its links work"));
        Assert.That(ResultOf(_job, "tasks: "), Does.Contain("done exactly once: 600"));
    }

    [GeneratedRegex("\"pid\":(\\d+)")]
    private static partial Regex SaysPid();

    [GeneratedRegex(@"step (\d+)")]
    private static partial Regex SaysStep();

    private static string ResultOf(Task<MpiOutcome> job, string line)
    {
        MpiOutcome outcome = job.Result;
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return outcome.Output.Split('\n').Single(said => said.Contains(line, StringComparison.Ordinal));
    }

    private static void Await(Func<bool> isThere, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isThere())
        {
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Deadline), $"{what} did not come");
            Thread.Sleep(50);
        }
    }

    private void Kill(int rank)
    {
        string connected = File.ReadAllLines(Events).First(line => line.Contains("\"rank-connected\"", StringComparison.Ordinal) && line.Contains($"\"rank\":{rank},", StringComparison.Ordinal));
        using var process = Process.GetProcessById(int.Parse(SaysPid().Match(connected).Groups[1].Value));
        process.Kill();
    }

    private string[] RunCommand() => ["run", "-n", "2", "--mpi", mpi, "--"];

    private void Start(string[] program, params string[] options)
    {
        string[] run = ["run", "-n", "2", "--mpi", mpi, "--checkpoints", Path.Combine(_folder, "checkpoints"), "--json-log", Events, .. options];
        _job = Task.Run(() => Tool([.. run, "--", .. program]));
        Await(() => Directory.EnumerateFiles(Runtime, "control", SearchOption.AllDirectories).Any(), "the supervisor");
    }

    /// <summary>Ranks tell their steps a few times a second, so the last one may be told after the silence. A job that works makes some in half a second.</summary>
    private long StepOnceAllBeatsHaveCome()
    {
        long step = -1;
        Await(
            () =>
            {
                step = Step();
                Thread.Sleep(500);
                return Step() == step;
            },
            "the end of the steps");
        return step;
    }

    private void AwaitStep(long step) => Await(() => Step() >= step, $"step {step}");

    private long Step() => SaysStep().Match(Status()) is { Success: true } match ? long.Parse(match.Groups[1].Value) : -1;

    private string Status() => Tool(["status"]).Output;

    private string Operate(params string[] words)
    {
        MpiOutcome outcome = Tool(words);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return outcome.Output;
    }

    private string Refused(params string[] words)
    {
        MpiOutcome outcome = Tool(words);
        Assert.That(outcome.ExitCode, Is.EqualTo(74), outcome.ToString());
        return outcome.Output;
    }

    /// <summary>Operators find the job of their own runtime directory; what runs beside the test is none of theirs.</summary>
    private MpiOutcome Tool(string[] words)
    {
        if (words[0] is not "run")
        {
            string id = Path.GetFileName(Directory.EnumerateDirectories(Runtime).Single())["hpcvirt-".Length..];
            words = [words[0], "--job", id, .. words[1..]];
        }

        MpiOutcome outcome = MpiLaunch.Run(["dotnet", Tree.Tool, .. words], Deadline, new Dictionary<string, string?> { ["HPCVIRT_INTERVAL"] = "never", ["XDG_RUNTIME_DIR"] = Runtime }, _folder);
        Assert.That(outcome.DeadlinePassed, Is.False, outcome.Output);
        return outcome;
    }
}
