using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>
/// Batch jobs of a real Slurm that are told to go away: they save within the time that they are given, end with 75, are requeued, and end with the bits of
/// a run that nobody disturbed. No checkpoint is taken at intervals, so what a job goes on from is what it saved upon the notice.
/// </summary>
[TestFixture]
[Category("Slow")]
internal sealed partial class SlurmTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(300);

    private string _folder = "";
    private SlurmCluster _slurm = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-batch-").FullName;

    [TearDown]
    public void RemoveAll()
    {
        _slurm?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase(MpiKind.OpenMpi)]
    [TestCase(MpiKind.Mpich)]
    public void A_preempted_job_saves_within_the_grace_time_is_requeued_and_ends_with_the_same_bits(MpiKind kind)
    {
        _slurm = new SlurmCluster(requeues: true, "a", "b");
        string job = Submit(ScriptOfTheManual(0, asksForSignal: false), steps: 300, ["--nodes=2", "--ntasks-per-node=1", "--time=10"], $"--mpi {kind.ToString().ToLowerInvariant()}");
        AwaitFirstStep();
        Preempt();
        AwaitEnd(job);
        Assert.That(Out, Does.Contain($"Slurm job {job}: 2 ranks on a:1, b:1, from SLURM_JOB_NODELIST=a,b"));

        // Open MPI starts the ranks of the first node itself, outside of the step; Hydra's are all in it, and the first one to hear is enough.
        Assert.That(Out, Does.Match($"SIGTERM came to rank {(kind == MpiKind.OpenMpi ? "1" : "[01]")}: the job is to save a checkpoint and stop"));
        AssertWentOn(job, 300, stops: 1);
    }

    [Test]
    public void A_job_that_Slurm_requeues_on_75_saves_on_SIGUSR1_and_ends_with_the_same_bits() => StopsOnSigusr1(script: 0, requeues: true);

    [Test]
    public void A_job_that_asks_for_the_requeue_itself_saves_on_SIGUSR1_and_ends_with_the_same_bits() => StopsOnSigusr1(script: 1, requeues: false);

    private void StopsOnSigusr1(int script, bool requeues)
    {
        _slurm = new SlurmCluster(requeues, "a", "b");
        string job = Submit(ScriptOfTheManual(script, asksForSignal: true), steps: 300, ["--nodes=1", "--ntasks-per-node=2", "--time=10"]);
        AwaitFirstStep();
        Preempt();
        AwaitEnd(job);
        Assert.That(Out, Does.Contain($"Slurm job {job}: 2 ranks on this host, from SLURM_JOB_NODELIST="));
        Assert.That(Out, Does.Contain("asked to stop (SIGUSR1)"));
        AssertWentOn(job, 300, stops: 1);
    }

    [Test]
    public void A_job_whose_time_ends_stops_before_with_a_checkpoint_is_requeued_and_ends_with_the_same_bits()
    {
        // Of a minute, 30 s are kept for the end and two eighths for a checkpoint that nobody has measured: it stops after less than 15 s.
        _slurm = new SlurmCluster(requeues: true, "a", "b");
        string job = Submit(ScriptOfTheManual(0, asksForSignal: false), steps: 1000, ["--nodes=2", "--ntasks-per-node=1", "--time=1"]);
        AwaitEnd(job);
        Assert.That(Out, Does.Match(@"Slurm ends this job at \S+ \S+Z, says squeue"));
        Assert.That(Out, Does.Match(@"stops before step \d+: the wall time ends at"));
        AssertWentOn(job, 1000, stops: SaysStops().Count(Out));
    }

    private string Out => File.Exists(OutFile) ? File.ReadAllText(OutFile) : "";

    private string OutFile => Path.Combine(_folder, "out");

    private string Submit(string script, int steps, string[] options, string more = "")
    {
        const string command = "hpcvirt run --checkpoints /scratch/plate -- ./solver";
        Assert.That(script, Does.Contain(command));
        string path = Path.Combine(_folder, "job.sh");
        File.WriteAllText(path, script.Replace(command, $"dotnet {Tree.Tool} run {more} --checkpoints ckpt --json-log events-$SLURM_RESTART_COUNT -- {Tree.Program("samples/stencil", "stencil")} {Plate} --steps {steps} --step-delay-ms 20 --result plate.bin", StringComparison.Ordinal));
        return _slurm.Submit([.. options, $"--output={OutFile}", $"--chdir={_folder}", "--export=ALL,HPCVIRT_INTERVAL=never", path]);
    }

    /// <summary>The manual's scripts are run as they stand there.</summary>
    private static string ScriptOfTheManual(int number, bool asksForSignal)
    {
        string manual = File.ReadAllText(Path.Combine(Tree.Root, "docs", "operating", "schedulers.md"));
        string script = manual.Split("```bash\n")[number + 1].Split("```")[0];
        return asksForSignal ? script : script.Replace("#SBATCH --signal", "# --signal", StringComparison.Ordinal);
    }

    /// <summary>A job of the better partition wants both nodes for a second.</summary>
    private void Preempt() => _slurm.Submit("--partition=high", "--nodes=2", "--output=/dev/null", "--wrap=sleep 1");

    private void AwaitFirstStep() => _slurm.Await(() => Events(restart: 0).Contains("\"first-step\"", StringComparison.Ordinal), Deadline, "first step", () => Out);

    /// <summary>Nothing else is an end: on their way jobs pass through many states, such as SIGNALING and COMPLETING, and come back from FAILED.</summary>
    private void AwaitEnd(string job) => _slurm.Await(() => _slurm.Show(job, "JobState") == "COMPLETED", Deadline, "end", () => Out);

    /// <summary>Each stop was followed by a start from that very step, and not one by Slurm's own force.</summary>
    private void AssertWentOn(string job, int steps, int stops)
    {
        Assert.That(stops, Is.Positive, Out);
        Assert.That(_slurm.Show(job, "Restarts"), Is.EqualTo($"{stops}"), Out);
        Assert.That(Events(restart: 0).Split('\n').Single(static line => line.Contains("\"job-ended\"", StringComparison.Ordinal)), Does.Contain("\"exitCode\":75"));
        Assert.That(Out, Does.Not.Contain("DUE TO PREEMPTION").And.Not.Contain("DUE TO TIME LIMIT"), "Slurm had to kill it");
        long[] stopped = [.. SaysStops().Matches(Out).Select(static match => long.Parse(match.Groups[1].Value))];
        Assert.That(stopped, Has.Length.EqualTo(stops).And.All.InRange(1, steps - 1), Out);
        Assert.That(SaysContinues().Matches(Out).Select(static match => long.Parse(match.Groups[1].Value)), Is.EqualTo(stopped), Out);
        Assert.That(File.ReadAllBytes(Path.Combine(_folder, "plate.bin")), Is.EqualTo(Undisturbed(steps)));
    }

    private byte[] Undisturbed(int steps)
    {
        string result = Path.Combine(_folder, "undisturbed.bin");
        MpiOutcome outcome = MpiLaunch.Run(MpiKind.OpenMpi, 2, Deadline, ["dotnet", Tree.Program("samples/stencil", "stencil"), .. Plate.Split(' '), "--steps", $"{steps}", "--result", result]);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        return File.ReadAllBytes(result);
    }

    private static string Plate => "--rows 67 --columns 53";

    /// <summary>Slurm counts restarts from the first one on, and says nothing before.</summary>
    private string Events(int restart)
    {
        string path = Path.Combine(_folder, "events-" + (restart > 0 ? $"{restart}" : ""));
        if (!File.Exists(path)) return "";
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"stops before step (\d+)")]
    private static partial Regex SaysStops();

    [GeneratedRegex(@"continues at step (\d+)")]
    private static partial Regex SaysContinues();
}
