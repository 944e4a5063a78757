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

/// <summary>Tests with a job of three ranks and three processes that wait, under <c>hpcvirt run</c> on hosts that are network namespaces.</summary>
internal abstract partial class StandbyJobTests
{
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

    [GeneratedRegex("\"pid\":(\\d+)")]
    private static partial Regex SaysPid();

    [GeneratedRegex(@"result( \d+)+")]
    private static partial Regex SaysResult();

    [GeneratedRegex(@"step (\d+)")]
    private static partial Regex SaysStep();

    protected static string ResultOf(MpiOutcome outcome)
    {
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(SaysResult().Count(outcome.Output), Is.EqualTo(1), outcome.Output);
        return SaysResult().Match(outcome.Output).Value;
    }

    protected static void Await(Func<bool> isThere, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isThere())
        {
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Deadline), $"{what} did not come");
            Thread.Sleep(50);
        }
    }

    protected static string[] Program(string[] with) => [typeof(RankCases).Assembly.Location, "program", "structures", .. with, "steps=500"];

    protected static string Undisturbed(params string[] with) =>
        ResultOf(MpiLaunch.Run(["dotnet", Tree.Tool, "run", "-n", "3", "--mpi", "openmpi", "--", .. Program(with)], Deadline, new Dictionary<string, string?>(), null));

    protected void Start(params string[] with) => StartProgram(Program([.. with, "pace=10"]));

    protected void StartProgram(params string[] program) => StartOn("a,b,c", program);

    /// <summary>Three ranks on these hosts, and three processes that wait on another one.</summary>
    protected void StartOn(string hosts, params string[] program)
    {
        string[] run =
        [
            "run", "-n", "3", "--mpi", "openmpi", "--hosts", hosts, "--spares", "d:3", "--strategy", "standby", "--standbys", "3", "--checkpoints", Path.Combine(_folder, "checkpoints"),
            "--json-log", Events, "--launcher-args", _cluster.LauncherArguments + " --mca pml ob1 --mca btl self,tcp --mca mpi_yield_when_idle 1",
        ];
        _job = Task.Run(() => Launch([.. _cluster.Inside(NamespaceCluster.Head)], [.. run, "--", .. program]));
        Await(() => File.Exists(Events) && Said("standby-connected").Length == 3, "those who wait");
        AwaitStep(1);
    }

    /// <summary>Moves a rank to the host where others wait.</summary>
    protected string Move(int rank)
    {
        long before = Step();
        string said = Operate("move", $"{rank}", "d");
        AwaitStep(before + 2);
        return said;
    }

    protected MpiOutcome End() => _job!.Result;

    protected void AwaitStep(long step) => Await(() => Step() >= step, $"step {step}");

    private long Step() => SaysStep().Match(Tool(["status"]).Output) is { Success: true } match ? long.Parse(match.Groups[1].Value) : -1;

    protected string[] Said(string name) => [.. File.ReadAllLines(Events).Where(line => line.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal))];

    protected void Kill(int rank) =>
        KillOf(Said("rank-connected").Last(line => line.Contains($"\"rank\":{rank},", StringComparison.Ordinal)));

    /// <summary>Kills the process that an event tells of.</summary>
    protected static void KillOf(string told)
    {
        using var process = Process.GetProcessById(int.Parse(SaysPid().Match(told).Groups[1].Value));
        process.Kill();
    }

    protected string Operate(params string[] words)
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
