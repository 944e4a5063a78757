using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Contract;
using HpcVirt.Hypervisor.Libvirt;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>libvirt keeps the contract, with a real guest, whoever leads its moves.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Category("Slow")]
[CancelAfter(300_000)]
public sealed class LibvirtContractTests(bool isPeerToPeer) : HypervisorContract
{
    private Laboratory _laboratory = null!;
    private Guest _found = new("vm1", "a", GuestCondition.Running);

    protected override string GuestName => "vm1";

    protected override string SourceHost => _found.Host!;

    protected override string TargetHost => _found.Host == "a" ? "b" : "a";

    [OneTimeSetUp]
    public void MakeLaboratory()
    {
        _laboratory = new Laboratory(guests: 1, hasLibvirt: true);
        string file = File.ReadAllText(_laboratory.GuestFile);
        if (isPeerToPeer) File.WriteAllText(_laboratory.GuestFile, "{ \"libvirt\": { \"peerToPeer\": true }," + file[(file.IndexOf('{', StringComparison.Ordinal) + 1)..]);
    }

    [OneTimeTearDown]
    public void RemoveLaboratory() => _laboratory?.Dispose();

    [TearDown]
    public async Task The_guest_still_answers()
    {
        await Backend.ResumeAsync("vm1");
        Assert.That(_laboratory.In("vm1", "hostname"), Is.EqualTo("vm1"));
    }

    [Test]
    public async Task A_silencing_that_outlasts_the_trickle_is_waited_for_and_the_copy_made_again()
    {
        // An idle guest's rest lasts for as many seconds at most as it has mebibytes; in its first pass four times as much counts as small.
        MigrationResult result = await Backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = TargetHost, HoldRestBytes = 2 << 20, BeforeSwitchOver = static cancel => Task.Delay(TimeSpan.FromSeconds(20), cancel) });
        TestContext.Out.WriteLine(result);
        Assert.That(result.Remark, Does.Contain("made twice"));
        Assert.That(result.HeldFor, Is.GreaterThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task A_daemon_that_hangs_is_told_of_and_not_waited_for_and_the_guest_works_on()
    {
        var deadlines = new LibvirtDeadlines { Open = TimeSpan.FromSeconds(2), Command = TimeSpan.FromSeconds(2), Abort = TimeSpan.FromSeconds(2), Close = TimeSpan.FromSeconds(1) };
        await using var backend = new LibvirtBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System, deadlines);
        int daemon = int.Parse(await File.ReadAllTextAsync(Path.Combine(_laboratory.Place, $"host-{SourceHost}", "libvirtd.pid")), CultureInfo.InvariantCulture);
        Task<MigrationResult> move = backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = TargetHost, BandwidthBytesPerSecondMax = 8 << 20, Deadline = TimeSpan.FromSeconds(6) });
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.That(move.IsCompleted, Is.False, "the copy was to be under way");
        Signal("STOP", daemon);
        try
        {
            long start = Stopwatch.GetTimestamp();
            Assert.That(async () => await move, Throws.InstanceOf<HypervisorException>().With.Message.Contains($"libvirt on host {SourceHost} did not answer"));
            Assert.That((await backend.GuestsAsync()).Single(), Has.Property(nameof(Guest.Condition)).EqualTo(GuestCondition.Unknown).Or.Property(nameof(Guest.Condition)).EqualTo(GuestCondition.Arriving));
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(40)));
        }
        finally
        {
            Signal("CONT", daemon);
        }

        // What was given up goes on in the daemon; the guest is on one of the hosts when that is over.
        for (long start = Stopwatch.GetTimestamp(); ; await Task.Delay(200))
        {
            Guest guest = (await Backend.GuestsAsync()).Single();
            if (guest is { Condition: GuestCondition.Running, ArrivingOn: null }) break;
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromMinutes(1)), $"{guest}");
        }
    }

    protected override async Task<IHypervisorBackend> CreateAsync()
    {
        var backend = new LibvirtBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System);
        // The test before may have left it stopped, and anywhere.
        if ((await backend.GuestsAsync()).Single() is { Condition: GuestCondition.Paused }) await backend.ResumeAsync("vm1");
        _found = (await backend.GuestsAsync()).Single();
        return backend;
    }

    private static void Signal(string name, int process)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process}"]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero);
    }
}
