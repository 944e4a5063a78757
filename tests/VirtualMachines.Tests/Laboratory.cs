using System;
using System.Diagnostics;
using System.IO;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>Virtual machines by ./lab, in a place of their own; skips by name where this machine cannot have them.</summary>
internal sealed class Laboratory : IDisposable
{
    private const int PackagesMissing = 3;
    private const int StillRuns = 75;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <summary>Starts guests on two hosts, a and b.</summary>
    /// <param name="guests">How many.</param>
    /// <param name="hasLibvirt">A libvirt daemon on each host has them; otherwise nobody has.</param>
    /// <param name="disks">Each guest has a disk of this format on /disk; null: none has.</param>
    /// <param name="hasCards">Each guest has a second card that does not move.</param>
    public Laboratory(int guests, bool hasLibvirt = false, string? disks = null, bool hasCards = false)
    {
        Place = Directory.CreateTempSubdirectory("hpcvirt-lab-").FullName;
        (int code, string said) = Run(["up", "--vms", $"{guests}", "--hosts", "2", .. hasLibvirt ? ["--libvirt"] : Array.Empty<string>(), .. disks is null ? Array.Empty<string>() : ["--disks", disks], .. hasCards ? ["--plug"] : Array.Empty<string>()]);
        if (code == 0) return;
        Dispose();
        if (code == PackagesMissing) Assert.Ignore($"missing capability: virtual machines ({said.Trim()})");
        Assert.Fail(said);
    }

    /// <summary>The script at the tree's root.</summary>
    public static string Script { get; } = FindScript();

    public string Place { get; }

    public string GuestFile => Path.Combine(Place, "guests.json");

    /// <summary>Runs a line of shell in a guest, and returns what it said.</summary>
    public string In(string guest, string command) => Do("in", guest, command).Trim();

    /// <summary>The result of the undisturbed job: its checksum line.</summary>
    public string Reference(int rows, int columns, int steps) => ChecksumOf(Do("reference", $"{rows}", $"{columns}", $"{steps}"));

    public void StartJob(int rows, int columns, int steps) => Do("job", $"{rows}", $"{columns}", $"{steps}");

    /// <summary>The last step that the job has told of; 0 before.</summary>
    public int Step()
    {
        int step = 0;
        foreach (string line in Run("job-log").Said.Split('\n'))
        {
            if (line.StartsWith("step ", StringComparison.Ordinal)) _ = int.TryParse(line.AsSpan(5), out step);
        }

        return step;
    }

    /// <summary>Waits until the job has come to a step.</summary>
    public void AwaitStep(int step) => Await(() => Step() >= step, $"step {step}");

    /// <summary>Waits for the job's end, and returns its checksum line.</summary>
    public string AwaitResult()
    {
        string said = "";
        Await(
            () =>
            {
                (int code, said) = Run("job-log");
                Assert.That(code, Is.Zero.Or.EqualTo(StillRuns), said);
                return code == 0;
            },
            "the job's end");
        return ChecksumOf(said);
    }

    public string Do(params string[] arguments)
    {
        (int code, string said) = Run(arguments);
        Assert.That(code, Is.Zero, $"lab {string.Join(' ', arguments)}: {said}");
        return said;
    }

    public (int Code, string Said) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Script, "--place", Place, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"lab {string.Join(' ', arguments)} did not end");
        return (process.ExitCode, said);
    }

    public void Dispose()
    {
        _ = Run("down");
        if (Directory.Exists(Place)) Directory.Delete(Place, recursive: true);
    }

    private static void Await(Func<bool> isThere, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isThere())
        {
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Deadline), $"{what} did not come");
            using var pause = new System.Threading.ManualResetEventSlim();
            _ = pause.Wait(TimeSpan.FromMilliseconds(300));
        }
    }

    private static string ChecksumOf(string said)
    {
        foreach (string line in said.Split('\n'))
        {
            if (line.StartsWith("checksum ", StringComparison.Ordinal)) return line.Trim();
        }

        throw new AssertionException($"no checksum in: {said}");
    }

    private static string FindScript()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HpcVirt.Mpi.sln"))) return Path.Combine(folder.FullName, "lab");
        }

        throw new InvalidOperationException("HpcVirt.Mpi.sln stands in no folder above the tests; run them from the source tree.");
    }
}
