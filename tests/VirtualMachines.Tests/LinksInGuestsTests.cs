using System;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>A card that does not move is out while its guest is moved, and in again wherever the guest is: real hot-plugging, with the guest's kernel taking part.</summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(600_000)]
public sealed class LinksInGuestsTests
{
    private static readonly MigrationOptions ToB = new() { TargetHost = "b", Links = LinkTreatment.Drop, UnplugDeadline = TimeSpan.FromMinutes(1) };

    private Laboratory _laboratory = null!;
    private QemuBackend _backend = null!;

    [SetUp]
    public void MakeLaboratory()
    {
        _laboratory = new Laboratory(guests: 2, hasCards: true);
        _backend = new QemuBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System);
        Assert.That(Cards(), Does.Contain("eth0").And.Contain("eth1"));
    }

    [TearDown]
    public async Task RemoveLaboratory()
    {
        if (_backend is not null) await _backend.DisposeAsync();
        _laboratory?.Dispose();
    }

    [Test]
    public async Task There_and_back_with_a_job_that_is_silent_meanwhile_the_card_is_out_for_the_copy_only()
    {
        _laboratory.StartJob(90, 90, 1500);
        _laboratory.AwaitStep(1);
        foreach (string host in (string[])["b", "a"])
        {
            MigrationResult move = await _backend.MigrateAsync("vm1", ToB with
            {
                TargetHost = host,
                BeforeSwitchOver = cancel =>
                {
                    Assert.That(Cards(), Does.Contain("eth1"), "first the job is silent");
                    _ = _laboratory.Do("silence");
                    return Task.CompletedTask;
                },
                AfterSwitchOver = () => Task.Run(() => _laboratory.Do("release")),
            });
            TestContext.Out.WriteLine($"to {host}: held for {move.HeldFor?.TotalMilliseconds:0} ms, copied in {move.Took.TotalMilliseconds:0} ms, stood still {move.Downtime.TotalMilliseconds:0} ms");
            Assert.That((move.To, move.Remark), Is.EqualTo((host, (string?)null)));
            Assert.That(() => Cards(), Does.Contain("eth1").After(20_000, 200));
        }

        Assert.That(_laboratory.AwaitResult(), Is.EqualTo(_laboratory.Reference(90, 90, 1500)));
    }

    [Test]
    public async Task A_target_that_is_killed_half_way_leaves_the_card_where_it_was()
    {
        Task<MigrationResult> move = _backend.MigrateAsync("vm1", ToB with { BandwidthBytesPerSecondMax = 8 << 20 });
        string pidFile = Path.Combine(_laboratory.Place, "run", "vm1@b.pid");
        while (!File.Exists(pidFile)) await Task.Delay(20);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.That(Cards(), Does.Contain("eth0").And.Not.Contain("eth1"));
        using (var target = System.Diagnostics.Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture))) target.Kill();
        Assert.That(async () => await move, Throws.InstanceOf<MigrationFailedException>().With.Property(nameof(MigrationFailedException.GuestIsOn)).EqualTo("a"));
        Assert.That(() => Cards(), Does.Contain("eth1").After(20_000, 200));
        Assert.That((await _backend.MigrateAsync("vm1", ToB)).To, Is.EqualTo("b"));
        Assert.That(() => Cards(), Does.Contain("eth1").After(20_000, 200));
    }

    private string[] Cards() => [.. _laboratory.In("vm1", "ls /sys/class/net").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
}
