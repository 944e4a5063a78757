using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Tests.Cluster;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>
/// Ranks that move to another host by <c>hpcvirt move</c>, on hosts that are network namespaces: the others keep their state where that is possible, begin anew from a
/// checkpoint where it is not, and the result is that of the undisturbed job in any case.
/// </summary>
[TestFixture]
internal sealed partial class MoveTests
{
    private const string InPlace = "and the other ranks kept theirs";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private NamespaceCluster _cluster = null!;
    private string _folder = "";
    private Task<MpiOutcome>? _job;

    private string Runtime => Path.Combine(_folder, "run");

    private string Events => Path.Combine(_folder, "events");

    [SetUp]
    public void MakeCluster()
    {
        _cluster = new NamespaceCluster("a", "b", "c", "d");
        _folder = Directory.CreateTempSubdirectory("hpcvirt-move-").FullName;
        Directory.CreateDirectory(Runtime);
    }

    [TearDown]
    public void RemoveCluster()
    {
        _ = _job?.Wait(Deadline);
        _job?.Dispose();
        _cluster?.Dispose();
        if (_folder.Length > 0) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void A_program_that_learns_at_its_beginning_goes_on_elsewhere_and_the_others_keep_their_state()
    {
        Start("with=plain");
        Move(1);
        Move(0);
        Move(2);
        MpiOutcome moved = End();
        Assert.That(moved.Output.Split(InPlace), Has.Length.EqualTo(4), moved.Output);
        Assert.That(Said("standby-prepared").Count(static line => line.Contains("\"reason\":\"\"", StringComparison.Ordinal)), Is.EqualTo(3), "prepared while the job went on");
        Assert.That(ResultOf(moved), Is.EqualTo(Undisturbed("with=plain")));
    }

    [Test]
    public void Communicators_of_every_kind_and_messages_described_once_are_made_again_beneath_their_objects()
    {
        Start();
        Move(2);
        Move(0);
        MpiOutcome moved = End();
        Assert.That(moved.Output.Split(InPlace), Has.Length.EqualTo(3), moved.Output);
        Assert.That(ResultOf(moved), Is.EqualTo(Undisturbed()));
    }

    [TestCase("send", "sends or receives before its state is restored")]
    [TestCase("between", "communicates between restoring its state and the first safe point")]
    [TestCase("late", "was made after the first safe point")]
    [TestCase("crossing", "is live over the safe point")]
    public void What_a_process_could_not_repeat_alone_makes_it_a_move_by_a_checkpoint(string with, string why)
    {
        Start($"with={with}");
        Assert.That(Move(1), Does.Contain("by a checkpoint from which all ranks began anew").And.Contain(why));
        MpiOutcome moved = End();
        Assert.That(moved.Output, Does.Not.Contain(InPlace));
        Assert.That(ResultOf(moved), Is.EqualTo(Undisturbed($"with={with}")));
    }

    [Test]
    public void In_the_second_of_two_loops_it_is_a_move_by_a_checkpoint()
    {
        Start("with=loops", "steps=200");
        AwaitStep(210);
        Assert.That(Move(1), Does.Contain("second loop of steps"));
        Assert.That(ResultOf(End()), Is.EqualTo(Undisturbed("with=loops", "steps=200")));
    }

    [Test]
    public void A_task_farm_whose_safe_points_have_no_numbers_moves_by_a_checkpoint()
    {
        StartProgram(Tree.Program("samples/farm", "farm"), "tasks", "--tasks", "600", "--task-time", "10");
        Assert.That(Move(1), Does.Contain("its safe points have no numbers"));
        Assert.That(End().Output, Does.Contain("done exactly once: 600"));
    }

    [Test]
    public void A_rank_that_is_lost_after_a_move_is_replaced_and_what_moved_is_part_of_the_next_checkpoint()
    {
        Start();
        Move(1);
        _ = Operate("checkpoint-now");
        Kill(rank: 2);
        Await(() => Said("restored").Length > 1, "the repair");
        Move(0);
        MpiOutcome ended = End();
        Assert.That(ended.Output, Does.Contain("a process that waited takes the place of rank 2").And.Not.Contain("starts in"));
        Assert.That(ResultOf(ended), Is.EqualTo(Undisturbed()));
    }

    [GeneratedRegex("\"pid\":(\\d+)")]
    private static partial Regex SaysPid();

    [GeneratedRegex(@"result( \d+)+")]
    private static partial Regex SaysResult();

    [GeneratedRegex(@"step (\d+)")]
    private static partial Regex SaysStep();

    private static string ResultOf(MpiOutcome outcome)
    {
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(SaysResult().Count(outcome.Output), Is.EqualTo(1), outcome.Output);
        return SaysResult().Match(outcome.Output).Value;
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

    private static string[] Program(string[] with) => [typeof(RankCases).Assembly.Location, "program", "structures", .. with, "steps=500"];

    private static string Undisturbed(params string[] with) =>
        ResultOf(MpiLaunch.Run(["dotnet", Tree.Tool, "run", "-n", "3", "--mpi", "openmpi", "--", .. Program(with)], Deadline, new Dictionary<string, string?>(), null));

    private void Start(params string[] with) => StartProgram(Program([.. with, "pace=10"]));

    private void StartProgram(params string[] program)
    {
        string[] run =
        [
            "run", "-n", "3", "--mpi", "openmpi", "--hosts", "a,b,c", "--spares", "d:3", "--strategy", "standby", "--standbys", "3", "--checkpoints", Path.Combine(_folder, "checkpoints"),
            "--json-log", Events, "--launcher-args", _cluster.LauncherArguments + " --mca pml ob1 --mca btl self,tcp --mca mpi_yield_when_idle 1",
        ];
        _job = Task.Run(() => Launch([.. _cluster.Inside(NamespaceCluster.Head)], [.. run, "--", .. program]));
        Await(() => File.Exists(Events) && Said("standby-connected").Length == 3, "those who wait");
        AwaitStep(1);
    }

    /// <summary>Moves a rank to the host where others wait.</summary>
    private string Move(int rank)
    {
        long before = Step();
        string said = Operate("move", $"{rank}", "d");
        AwaitStep(before + 2);
        return said;
    }

    private MpiOutcome End() => _job!.Result;

    private void AwaitStep(long step) => Await(() => Step() >= step, $"step {step}");

    private long Step() => SaysStep().Match(Tool(["status"]).Output) is { Success: true } match ? long.Parse(match.Groups[1].Value) : -1;

    private string[] Said(string name) => [.. File.ReadAllLines(Events).Where(line => line.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal))];

    private void Kill(int rank)
    {
        string connected = Said("rank-connected").Last(line => line.Contains($"\"rank\":{rank},", StringComparison.Ordinal));
        using var process = Process.GetProcessById(int.Parse(SaysPid().Match(connected).Groups[1].Value));
        process.Kill();
    }

    private string Operate(params string[] words)
    {
        MpiOutcome outcome = Tool(words);
        if (outcome.ExitCode != 0) Assert.Fail($"{outcome}\n{_job?.Result}\n{File.ReadAllText(Events)}");
        return outcome.Output;
    }

    private MpiOutcome Tool(string[] words)
    {
        string id = Path.GetFileName(Directory.EnumerateDirectories(Runtime).Single())["hpcvirt-".Length..];
        return Launch([], [words[0], "--job", id, .. words[1..]]);
    }

    private MpiOutcome Launch(string[] inside, string[] words)
    {
        MpiOutcome outcome = MpiLaunch.Run([.. inside, "dotnet", Tree.Tool, .. words], Deadline, new Dictionary<string, string?> { ["XDG_RUNTIME_DIR"] = Runtime }, _folder);
        Assert.That(outcome.DeadlinePassed, Is.False, outcome.Output);
        return outcome;
    }
}
