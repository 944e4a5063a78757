using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using HpcVirt.Control.Tests.Supervision;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Cluster;

/// <summary>The supervisor on a host of its own, ranks on others, and what happens to hosts.</summary>
[TestFixture]
[CancelAfter(300_000)]
public sealed class ClusterTests
{
    private static readonly string[] Plate = ["--rows", "60", "--columns", "50", "--steps", "1000", "--checksum"];

    private string _directory = "";
    private NamespaceCluster _cluster = null!;

    [SetUp]
    public void MakeCluster()
    {
        _cluster = new NamespaceCluster("a", "b", "c", "d");
        _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;
        Directory.CreateDirectory(Path.Combine(_directory, "ckpt"));
    }

    [TearDown]
    public void RemoveCluster()
    {
        _cluster?.Dispose();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public void A_host_that_is_cut_off_is_replaced_by_a_spare_and_nothing_is_left()
    {
        using ToolRun run = Run(["--hosts", "a,b,c", "--spares", "d"], "steps=700", "every=20", "pace=10");
        Await(run, "checkpoint-committed", 2);
        _cluster.Do("cut", "b");
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("host b is lost: it has acknowledged nothing for 3 s"));
        Assert.That(run.Error, Does.Contain("attempt 2 runs on a:1, c:1, d:1"));
        Assert.That(Results(), Is.EqualTo(ResultsOfUnbroken(700)));
        Assert.That(_cluster.Left(), Is.Empty, "processes were left behind");
    }

    [Test]
    public void A_host_that_is_down_from_the_start_is_replaced_by_a_spare()
    {
        _cluster.Do("kill", "b");
        using ToolRun run = Run(["--hosts", "a,b,c", "--spares", "d"], "steps=300", "every=20", "pace=10");
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("host b is lost: it does not answer").And.Contain("attempt 2 runs on a:1, c:1, d:1"));
        Assert.That(Results(), Is.EqualTo(ResultsOfUnbroken(300)));
    }

    [Test]
    [Category("Slow")]
    public void A_host_that_dies_is_lost_and_without_spares_the_job_goes_on_with_fewer_ranks()
    {
        using ToolRun run = Run(["--hosts", "a,b,c", "--min-ranks", "2"], "steps=900", "every=20", "pace=10");
        Await(run, "checkpoint-committed", 2);
        _cluster.Do("kill", "c");
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("runs on a:1, b:1, 2 ranks instead of 3 for want of hosts"));
    }

    [Test]
    [Category("Slow")]
    public void A_job_that_needs_more_ranks_than_are_left_ends_and_says_what_is_missing()
    {
        using ToolRun run = Run(["--hosts", "a,b,c"], "steps=100000", "every=20", "pace=10");
        Await(run, "checkpoint-committed", 2);
        _cluster.Do("kill", "c");
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.HostsMissing), run.Error);
        Assert.That(run.Error, Does.Contain("too few hosts are left for 3 ranks (lost: c;"));
    }

    [Test]
    [Category("Slow")]
    public void A_rank_that_is_stopped_is_ended_and_the_job_goes_on_where_it_was()
    {
        using ToolRun run = Run(["--hosts", "a,b,c", "--silence-timeout", "4"], "steps=1000", "every=20", "pace=10");
        Await(run, "checkpoint-committed", 2);
        _cluster.Do("stop", PidOf(rank: 1));
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("has said nothing for 4 s although its host answers"));
        Assert.That(run.Error, Does.Not.Contain("is lost"));
        Assert.That(Results(), Is.EqualTo(ResultsOfUnbroken(1000)));
    }

    [Test]
    public void A_rank_that_was_stopped_on_a_host_that_was_cut_off_ends_itself_when_it_comes_back_and_spoils_nothing()
    {
        using ToolRun run = Run(["--hosts", "a,b,c", "--spares", "d"], "steps=1500", "every=20", "pace=10");
        Await(run, "checkpoint-committed", 2);
        JsonElement rank = Events().Last(static e => e.GetProperty("event").GetString() == "rank-connected" && e.GetProperty("host").GetString() == "b");
        string pid = rank.GetProperty("pid").GetRawText();
        string[] others = [.. _cluster.ProcessesOn("b").Where(other => other != pid)];
        foreach (string process in (string[])[.. others, pid]) _cluster.Do("stop", process);
        _cluster.Do("cut", "b");
        run.Await(() => Events().Any(static e => e.GetProperty("event").GetString() == "restored" && e.GetProperty("attempt").GetInt32() == 2), "a second attempt that went on");
        Assert.That(IsAlive(pid), Is.True, "nobody could end it: it is on a host out of reach, and does not run");

        // Its place has gone to another process. Nothing else wakes up on its host that could end it, and it is in the middle of a step of the first attempt.
        _cluster.Do("heal", "b");
        _cluster.Do("continue", pid);
        run.Await(() => !IsAlive(pid), "the end of the rank that came back");
        foreach (string other in others) _cluster.Do("continue", other);
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("the job ended well in attempt 2"));
        Assert.That(Results(), Is.EqualTo(ResultsOfUnbroken(1500)));
        Assert.That(_cluster.Left(), Is.Empty, "processes were left behind");
    }

    [Test]
    public void A_host_is_drained_and_the_job_tells_where_it_is()
    {
        using ToolRun run = Run(["--hosts", "a,b,c", "--spares", "d"], "steps=1200", "every=20", "pace=10");
        Await(run, "checkpoint-committed", 1);
        AssertTheSecretIsOnNoCommandLine();
        Assert.That(Operate(run, "drain", "nowhere").Wait(), Is.EqualTo((int)ExitCode.RequestRefused));
        using ToolRun drain = Operate(run, "drain", "a");
        Assert.That(drain.Wait(), Is.Zero, drain.Error);
        Await(run, "restored", 1);
        using ToolRun refused = Operate(run, "drain", "b");
        Assert.That(refused.Wait(), Is.EqualTo((int)ExitCode.RequestRefused));
        Assert.That(refused.Error, Does.Contain("without b there is no room for 3 ranks"));
        using ToolRun status = Operate(run, "status");
        Assert.That(status.Wait(), Is.Zero, status.Error);
        Assert.That(status.Out, Does.Contain("host a: drained, 1 slots, no rank"));
        Assert.That(status.Out, Does.Contain("host d: spare, 1 slots, ranks 2"));
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("attempt 2 runs on b:1, c:1, d:1").And.Contain("the job ended well in attempt 2"));
        Assert.That(Results(), Is.EqualTo(ResultsOfUnbroken(1200)));
    }

    [Test]
    public void A_rank_moves_to_another_host_and_back_while_the_job_stays()
    {
        using ToolRun run = RunPlate("-n", "3", "--mpi", "openmpi", "--hosts", "a,b,c", "--spares", "d", "--strategy", "spawn", "--warm-spares");
        Await(run, "checkpoint-committed", 1);
        using ToolRun taken = Operate(run, "move", "1", "c");
        Assert.That((taken.Wait(), taken.Error.Trim()), Is.EqualTo(((int)ExitCode.RequestRefused, "hpcvirt: c has 1 slots, and all are taken")));
        using ToolRun there = Operate(run, "move", "1", "d");
        Assert.That(there.Wait(), Is.Zero, there.Error + run.Error);
        using ToolRun status = Operate(run, "status");
        Assert.That(status.Wait(), Is.Zero, status.Error);
        Assert.That(status.Out, Does.Contain("host b: regular, 1 slots, no rank").And.Contain("host d: spare, 1 slots, ranks 1"));
        using ToolRun back = Operate(run, "move", "1", "b");
        Assert.That(back.Wait(), Is.Zero, back.Error + run.Error);
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("the job ended well").And.Not.Contain("was lost"));
        Assert.That(Events().Count(static e => e.GetProperty("event").GetString() == "attempt-started"), Is.EqualTo(1));

        Assert.That(Checksum(run), Is.EqualTo(ChecksumOfUnbrokenPlate()));
        Assert.That(_cluster.Left(), Is.Empty, "processes were left behind");
    }

    [Test]
    public void A_disk_that_is_full_costs_checkpoints_and_nothing_else_also_when_a_rank_is_lost_meanwhile()
    {
        Directory.Delete(Path.Combine(_directory, "ckpt"));
        Directory.CreateSymbolicLink(Path.Combine(_directory, "ckpt"), _cluster.Disk(NamespaceCluster.Head, 4));
        using ToolRun run = RunPlate("-n", "3", "--mpi", "openmpi", "--hosts", "a,b,c");
        Await(run, "checkpoint-committed", 2);
        _cluster.Do("fill", NamespaceCluster.Head);
        Await(run, "checkpoint-refused", 1);
        _cluster.Do("end", PidOf(rank: 1));
        run.Await(() => Events().Any(static e => e.GetProperty("event").GetString() == "restored" && e.GetProperty("attempt").GetInt32() == 2), "a second attempt that went on");
        int committed = Events().Count(static e => e.GetProperty("event").GetString() == "checkpoint-committed");
        _cluster.Do("free", NamespaceCluster.Head);
        Await(run, "checkpoint-committed", committed + 1);
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("its place has 0 bytes free").And.Contain("the job ended well in attempt 2"));
        Assert.That(Checksum(run), Is.EqualTo(ChecksumOfUnbrokenPlate()));
    }

    [Test]
    public void A_rank_goes_to_the_host_where_a_process_waits_when_it_is_asked_to_and_when_it_is_lost()
    {
        using ToolRun run = RunPlate("-n", "2", "--mpi", "openmpi", "--hosts", "a,b", "--spares", "c,d", "--strategy", "standby", "--standbys", "2");
        Await(run, "checkpoint-committed", 1);
        using ToolRun taken = Operate(run, "move", "1", "a");
        Assert.That((taken.Wait(), taken.Error.Trim()), Is.EqualTo(((int)ExitCode.RequestRefused, "hpcvirt: no process waits on a for a rank's place")));
        using ToolRun there = Operate(run, "move", "1", "d");
        Assert.That(there.Wait(), Is.Zero, there.Error + run.Error);
        using ToolRun status = Operate(run, "status");
        Assert.That(status.Wait(), Is.Zero, status.Error);
        Assert.That(status.Out, Does.Contain("standbys: 1 waiting on c").And.Contain("host b: regular, 1 slots, no rank").And.Contain("host d: spare, 1 slots, ranks 1"));
        Await(run, "checkpoint-committed", 4);
        _cluster.Do("end", PidOf(rank: 0));
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("a process that waited takes the place of rank 0").And.Contain("the job ended well"));
        Assert.That(Events().Count(static e => e.GetProperty("event").GetString() == "attempt-started"), Is.EqualTo(1));

        Assert.That(Checksum(run), Is.EqualTo(ChecksumOfUnbrokenPlate()));
        Assert.That(_cluster.Left(), Is.Empty, "processes were left behind");
    }

    /// <summary>A heated plate whose ranks are replaced within the job; they talk over TCP.</summary>
    private ToolRun RunPlate(params string[] options) => ToolRun.Start(
        _directory,
        [
            "run", .. options, "--checkpoints", "ckpt", "--json-log", "events",
            "--launcher-args", _cluster.LauncherArguments + " --mca pml ob1 --mca btl self,tcp --mca mpi_yield_when_idle 1", "--", ToolRun.PathOf("stencil.dll"), .. Plate, "--step-delay-ms", "10",
        ],
        static environment => environment["HPCVIRT_INTERVAL"] = "20 steps",
        _cluster.Inside(NamespaceCluster.Head));

    private string ChecksumOfUnbrokenPlate()
    {
        using ToolRun unbroken = ToolRun.Start(_directory, ["run", "-n", "1", "--mpi", "openmpi", "--", ToolRun.PathOf("stencil.dll"), .. Plate]);
        Assert.That(unbroken.Wait(), Is.Zero, unbroken.Error);
        return Checksum(unbroken);
    }

    private static string Checksum(ToolRun run) => run.Out.Split('\n').Single(static line => line.Contains("sha256", StringComparison.OrdinalIgnoreCase) || line.StartsWith("checksum", StringComparison.Ordinal));

    private ToolRun Run(string[] options, params string[] arguments) => ToolRun.Start(
        _directory,
        [
            "run", "-n", "3", "--mpi", "openmpi", "--checkpoints", "ckpt", "--json-log", "events", "--launcher-args", _cluster.LauncherArguments, .. options,
            "--", ToolRun.PathOf("HpcVirt.Control.Ranks.dll"), .. arguments,
        ],
        inside: _cluster.Inside(NamespaceCluster.Head));

    private string PidOf(int rank) =>
        Events().Where(e => e.GetProperty("event").GetString() == "rank-connected" && e.GetProperty("rank").GetInt32() == rank).Select(static e => e.GetProperty("pid").GetRawText()).Last();

    private ToolRun Operate(ToolRun run, params string[] arguments) => ToolRun.Start(_directory, [.. arguments, "--job", run.JobId]);

    /// <summary>A rank on another host has it in its environment; nothing that anybody may read shows it, the launchers of both sides included.</summary>
    private void AssertTheSecretIsOnNoCommandLine()
    {
        string pid = Events().Where(static e => e.GetProperty("event").GetString() == "rank-connected").Select(static e => e.GetProperty("pid").GetRawText()).First();
        string prefix = ControlEnvironment.Secret + "=";
        string secret = File.ReadAllText($"/proc/{pid}/environ").Split('\0').Single(v => v.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..];
        Assert.That(secret, Has.Length.EqualTo(64));
        string[] shown = [.. Directory.GetDirectories("/proc").Where(static p => char.IsAsciiDigit(Path.GetFileName(p)[0])).Select(CommandLine).Where(c => c.Contains(secret, StringComparison.Ordinal))];
        Assert.That(shown, Is.Empty);
        Assert.That(Events().Select(static e => e.GetRawText()), Has.None.Contain(secret));
    }

    /// <summary>A process that its parent has not looked after is as dead as any.</summary>
    private static bool IsAlive(string pid)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{pid}/stat");
            return status[status.LastIndexOf(')')..][2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    private void Await(ToolRun run, string name, int count) =>
        run.Await(() => Events().Count(e => e.GetProperty("event").GetString() == name) >= count, $"{count} times {name}");

    /// <summary>The events so far; the last line may be under way.</summary>
    private IEnumerable<JsonElement> Events()
    {
        string path = Path.Combine(_directory, "events");
        if (!File.Exists(path)) yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        foreach (string line in reader.ReadToEnd().Split('\n').SkipLast(1)) yield return JsonDocument.Parse(line).RootElement;
    }

    private string[] Results() => [.. Enumerable.Range(0, 3).Select(rank => File.ReadAllText(Path.Combine(_directory, $"result-{rank}.txt")).Trim())];

    /// <summary>What the counting ranks come to, computed here.</summary>
    private static string[] ResultsOfUnbroken(long steps)
    {
        string[] results = new string[3];
        for (int rank = 0; rank < results.Length; rank++)
        {
            long sum = 0;
            for (long step = 0; step < steps; step++) sum = unchecked((sum * 31) + step + rank);
            results[rank] = sum.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return results;
    }
}
