using System;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Libvirt;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>The job in guests of libvirt.</summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(600_000)]
public sealed class JobInLibvirtGuestsTests : JobInGuests
{
    [Test]
    public async Task Moved_there_and_back_live_by_postcopy_and_silenced_the_job_ends_right()
    {
        Start();
        foreach ((string guest, MigrationOptions options) in ((string, MigrationOptions)[])[
            ("vm1", new MigrationOptions { TargetHost = "b" }),
            ("vm3", new MigrationOptions { TargetHost = "b", Mode = MigrationMode.Postcopy }),
            ("vm1", new MigrationOptions { TargetHost = "a", BeforeSwitchOver = static cancel => Task.Delay(TimeSpan.FromMilliseconds(200), cancel) })])
        {
            MigrationResult result = await Backend.MigrateAsync(guest, options);
            TestContext.Out.WriteLine(result);
            Assert.That(result.WasPostcopy, Is.EqualTo(options.Mode is MigrationMode.Postcopy));
            Assert.That(result.HeldFor is not null, Is.EqualTo(options.BeforeSwitchOver is not null));
        }

        Assert.That((await Backend.GuestsAsync()).Select(static guest => guest.Host), Is.EqualTo(new[] { "a", "b", "b" }));
        EndsRight();
    }

    [Test]
    public Task Saved_at_one_instant_killed_and_rolled_back_twice_on_other_hosts_the_job_ends_right() => SavedAtOneInstantAndRolledBackTwiceOnOtherHostsItEndsRightAsync(StateCompression.None);

    internal override Laboratory MakeGuests() => new(guests: 3, hasLibvirt: true);

    protected override IHypervisorBackend MakeBackend(GuestFile file) => new LibvirtBackend(file, TimeProvider.System);
}
