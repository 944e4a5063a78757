using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>The job in guests of QEMU.</summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(600_000)]
public sealed class JobInGuestsTests : JobInGuests
{
    [Test]
    public async Task Moved_there_and_back_live_and_by_postcopy_the_job_ends_right()
    {
        Start();
        _ = await Backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b" });
        MigrationResult postcopy = await Backend.MigrateAsync("vm3", new MigrationOptions { TargetHost = "b", Mode = MigrationMode.Postcopy });
        _ = await Backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "a", BeforeSwitchOver = static cancel => Task.Delay(TimeSpan.FromMilliseconds(200), cancel) });
        Assert.That(postcopy.WasPostcopy, Is.True);
        Assert.That((await Backend.GuestsAsync()).Select(static guest => guest.Host), Is.EqualTo(new[] { "a", "b", "b" }));
        EndsRight();
    }

    [Test]
    public async Task Copied_slowly_while_it_works_and_writes_a_guest_arrives_whole()
    {
        Laboratory.StartJob(120, 120, 6000);
        Laboratory.AwaitStep(1);
        foreach (string host in (string[])["a", "b", "a"])
            _ = await Backend.MigrateAsync("vm2", new MigrationOptions { TargetHost = host, BandwidthBytesPerSecondMax = 20 << 20 });
        Assert.That(Laboratory.AwaitResult(), Is.EqualTo(Laboratory.Reference(120, 120, 6000)));
    }

    [Test]
    public async Task A_target_that_is_killed_half_way_costs_the_job_nothing()
    {
        Start();
        // Slow enough that the target can be killed in the middle, whatever the machine does.
        Task<MigrationResult> move = Backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b", BandwidthBytesPerSecondMax = 8 << 20 });
        string pidFile = Path.Combine(Laboratory.Place, "run", "vm1@b.pid");
        while (!File.Exists(pidFile)) await Task.Delay(20);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.That(move.IsCompleted, Is.False, "the copy was to be under way");
        using (var target = System.Diagnostics.Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture))) target.Kill();
        MigrationFailedException error = await FailureAsync(move);
        Assert.That(error.GuestIsOn, Is.EqualTo("a"), error.Message);
        _ = await Backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b" });
        EndsRight();
    }

    [TestCase(StateCompression.None)]
    [TestCase(StateCompression.Lz4)]
    public Task Saved_at_one_instant_killed_and_rolled_back_twice_on_other_hosts_the_job_ends_right(StateCompression compression) =>
        SavedAtOneInstantAndRolledBackTwiceOnOtherHostsItEndsRightAsync(compression);

    internal override Laboratory MakeGuests() => new(guests: 3);

    protected override IHypervisorBackend MakeBackend(GuestFile file) => new QemuBackend(file, TimeProvider.System);

    private static async Task<MigrationFailedException> FailureAsync(Task<MigrationResult> move)
    {
        try
        {
            _ = await move;
        }
        catch (MigrationFailedException e)
        {
            return e;
        }

        throw new AssertionException("the move was to fail");
    }
}
