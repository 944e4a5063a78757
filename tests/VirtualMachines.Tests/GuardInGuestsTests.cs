using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>
/// The guard leaves a sickening host with real guests of a working job, is killed by SIGKILL at different moments of the first move, and begins anew. QEMU goes on moving while nobody looks.
/// </summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(600_000)]
public sealed class GuardInGuestsTests
{
    private const int Rows = 90;
    private const int Steps = 1500;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private Laboratory _laboratory = null!;

    [SetUp]
    public void MakeLaboratory() => _laboratory = new Laboratory(guests: 3);

    [TearDown]
    public void RemoveLaboratory() => _laboratory?.Dispose();

    [TestCase(0, Description = "before QEMU has begun to copy")]
    [TestCase(1000, Description = "in the middle of the copy")]
    public async Task Killed_during_a_move_the_guard_finds_the_guest_where_it_is_and_the_job_ends_right(int afterMilliseconds)
    {
        Configure();
        _laboratory.StartJob(Rows, Rows, Steps);
        _laboratory.AwaitStep(1);
        using (Process killed = Start("guard", "--config", "guard.json"))
        {
            string? line;
            while ((line = await killed.StandardOutput.ReadLineAsync()) is not null && !line.Contains("moving vm1 from a to b", StringComparison.Ordinal)) TestContext.Out.WriteLine(line);
            Assert.That(line, Is.Not.Null, "the guard was to move vm1");
            await Task.Delay(afterMilliseconds);
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        string story = Do("guard", "--config", "guard.json");
        TestContext.Out.WriteLine(story);
        Assert.That(story, Does.Contain("the guard was ended during step").And.Contain("outcome: the host failed; the alarm was right"));
        string journal = await File.ReadAllTextAsync(Path.Combine(_laboratory.Place, "state", "journal"));
        foreach (string guest in (string[])["vm1", "vm3"])
        {
            string[] steps = [.. Regex.Matches(journal, $"\"step\":(\\d+),\"guest\":\"{guest}\"").Select(static match => match.Groups[1].Value)];
            Assert.That(steps.Count(step => journal.Contains($"\"step\":{step},\"ending\":\"arrived\"", StringComparison.Ordinal)), Is.EqualTo(1), $"{guest} has moved once");
        }

        await using var backend = new QemuBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System);
        Assert.That((await backend.GuestsAsync()).Select(static guest => (guest.Host, guest.Condition)), Is.All.EqualTo(("b", GuestCondition.Running)));
        Assert.That(_laboratory.AwaitResult(), Is.EqualTo(_laboratory.Reference(Rows, Rows, Steps)));
    }

    /// <summary>A fleet that never was, a model of it, and a configuration in which host a is a node that alarms and then fails.</summary>
    private void Configure()
    {
        _ = Do("predict", "simulate", "fleet", "--nodes", "40", "--span", "80d", "--interval", "1h", "--seed", "3");
        _ = Do("predict", "train", "fleet", "--horizon", "24h", "--lead", "15m", "--period", "train", "--engine", "managed", "--search", "1", "--rows", "8000", "--seed", "3", "--out", "model.hpcm");
        string watched = Do("predict", "watch", "--model", "model.hpcm", "--source", "replay:fleet", "--from", "2024-02-20T00:00:00Z");
        (DateTimeOffset At, string Node)[] alerts = [.. Regex.Matches(watched, @"^(\S+) (n\d+) ALERT", RegexOptions.Multiline).Select(static match => (Time(match.Groups[1].Value), match.Groups[2].Value))];
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(_laboratory.Place, "fleet", "failures.csv.gz")), CompressionMode.Decompress));
        (DateTimeOffset At, string Node)[] failures = [.. reader.ReadToEnd().Split('\n').Skip(1).Where(static line => line.Length > 0).Select(static line => line.Split(',')).Select(static cells => (Time(cells[0]), cells[1]))];
        (DateTimeOffset alertedAt, string sick) = alerts.First(alert => failures.Any(failure => failure.Node == alert.Node && failure.At > alert.At && failure.At < alert.At.AddHours(20)));
        string calm = Enumerable.Range(1, 40).Select(static i => $"n{i:D4}").First(node => !alerts.Concat(failures).Any(one => one.Node == node && (one.At - alertedAt).Duration() < TimeSpan.FromDays(4)));
        // 60 MiB/s: slow enough to be killed in the middle of, and fast enough for emulated guests (docs/operating/virtual-machines.md, measured).
        File.WriteAllText(Path.Combine(_laboratory.Place, "guard.json"), $$"""
            { "guests": "guests.json", "model": "model.hpcm", "state": "state", "sources": ["replay:fleet"],
              "replay": { "from": "{{alertedAt.AddHours(-30):yyyy-MM-dd'T'HH:mm:ss'Z'}}", "to": "{{alertedAt.AddHours(30):yyyy-MM-dd'T'HH:mm:ss'Z'}}" },
              "hosts": { "a": "{{sick}}", "b": "{{calm}}" }, "policy": { "moveCost": "1s", "amber": 0.9 }, "move": { "bandwidth": "60M" } }
            """);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private string Do(params string[] arguments)
    {
        using Process process = Start(arguments);
        string said = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"hpcvirt {string.Join(' ', arguments)} did not end");
        Assert.That(process.ExitCode, Is.Zero, $"hpcvirt {string.Join(' ', arguments)}: {said}");
        return said;
    }

    /// <summary>The tool as people start it; its script becomes the tool itself, so that a kill reaches it.</summary>
    private Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("bash", [Path.Combine(Path.GetDirectoryName(Laboratory.Script)!, "hpcvirt"), .. arguments]) { RedirectStandardOutput = true, WorkingDirectory = _laboratory.Place })!;
}
