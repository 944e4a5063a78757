using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests.Launching;

/// <summary>A real Slurm on this machine, by tests/Slurm/slurm; skips by name where this machine cannot have one.</summary>
internal sealed class SlurmCluster : IDisposable
{
    private const int CannotDo = 77;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly string _place = Directory.CreateTempSubdirectory("hpcvirt-slurm-").FullName;

    /// <param name="requeues">Whether Slurm by itself requeues a job that ends with 75.</param>
    /// <param name="nodes">Names of the nodes.</param>
    public SlurmCluster(bool requeues, params string[] nodes)
    {
        (int code, string said) = Run(["up", _place, .. nodes], ("REQUEUE_EXIT", requeues ? "75" : ""));
        if (code == 0) return;
        Dispose();
        if (code == CannotDo) Assert.Ignore($"missing capability: Slurm ({said.Trim()})");
        Assert.Fail(said);
    }

    /// <summary>Submits a batch script and returns the job's number.</summary>
    public string Submit(params string[] arguments)
    {
        (int code, string said) = Run(["in", _place, "head", "sbatch", "--parsable", .. arguments]);
        Assert.That(code, Is.Zero, said);
        return said.Trim();
    }

    /// <summary>What Slurm knows of a job: one word of its own, such as JobState, Restarts, ExitCode.</summary>
    public string Show(string job, string word)
    {
        string said = Run(["in", _place, "head", "scontrol", "show", "job", job, "--oneliner"]).Said;
        return Regex.Match(said, $@"\b{word}=(\S+)") is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException($"Slurm shows no {word} of job {job}: {said}");
    }

    /// <summary>Waits until something holds; with what was printed meanwhile if it never does.</summary>
    public void Await(Func<bool> condition, TimeSpan deadline, string what, Func<string> story)
    {
        using var never = new ManualResetEventSlim();
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > deadline)
                Assert.Fail($"no {what} within {deadline.TotalSeconds} s:\n{story()}\n{Run(["in", _place, "head", "squeue", "-o", "%i %P %T %M %r"]).Said}\n{File.ReadAllText(Path.Combine(_place, "slurmctld.log"))}");
            never.Wait(BetweenLooks);
        }
    }

    public void Dispose() => Run(["down", _place]);

    private static (int Code, string Said) Run(string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Tree.Root, "tests", "Slurm", "slurm"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // sbatch hands its environment to the job, where the tests of this process have nothing to say.
        foreach (string name in start.Environment.Keys.Where(static name => name.StartsWith("HPCVIRT_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"slurm {string.Join(' ', arguments)} did not end");
        return (process.ExitCode, said);
    }
}
