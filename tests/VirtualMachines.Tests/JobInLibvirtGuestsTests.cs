using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Libvirt;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>An MPI job in three guests that libvirt has, on two hosts: whatever is done to the guests, its result is that of the undisturbed run.</summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(600_000)]
public sealed class JobInLibvirtGuestsTests
{
    private const int Rows = 90;
    private const int Steps = 1500;

    private Laboratory _laboratory = null!;
    private LibvirtBackend _backend = null!;

    [SetUp]
    public void MakeLaboratory()
    {
        _laboratory = new Laboratory(guests: 3, hasLibvirt: true);
        _backend = new LibvirtBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System);
    }

    [TearDown]
    public async Task RemoveLaboratory()
    {
        if (_backend is not null) await _backend.DisposeAsync();
        _laboratory?.Dispose();
    }

    [Test]
    public async Task Moved_there_and_back_live_by_postcopy_and_silenced_the_job_ends_right()
    {
        Start();
        foreach ((string guest, MigrationOptions options) in ((string, MigrationOptions)[])[
            ("vm1", new MigrationOptions { TargetHost = "b" }),
            ("vm3", new MigrationOptions { TargetHost = "b", Mode = MigrationMode.Postcopy }),
            ("vm1", new MigrationOptions { TargetHost = "a", BeforeSwitchOver = static cancel => Task.Delay(TimeSpan.FromMilliseconds(200), cancel) })])
        {
            MigrationResult result = await _backend.MigrateAsync(guest, options);
            TestContext.Out.WriteLine(result);
            Assert.That(result.WasPostcopy, Is.EqualTo(options.Mode is MigrationMode.Postcopy));
            Assert.That(result.HeldFor is not null, Is.EqualTo(options.BeforeSwitchOver is not null));
        }

        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Host), Is.EqualTo(new[] { "a", "b", "b" }));
        EndsRight();
    }

    [Test]
    public async Task Saved_at_one_instant_killed_and_rolled_back_twice_on_other_hosts_the_job_ends_right()
    {
        var sets = new GuestSetDirectory(Path.Combine(_laboratory.Place, "sets"));
        Start();
        SnapshotResult snapshot = await new SetSnapshot(_backend, sets, TimeProvider.System).RunAsync(new SnapshotOptions());
        TestContext.Out.WriteLine($"stood still {snapshot.StoodStillFor!.Value.TotalMilliseconds:0} ms, stop {snapshot.StopTook.TotalMilliseconds:0} ms, save {snapshot.SaveTook.TotalMilliseconds:0} ms, commit {snapshot.CommitTook.TotalMilliseconds:0} ms");
        int saved = _laboratory.Step();
        _laboratory.AwaitStep(saved + 20);
        var restore = new SetRestore(_backend, sets);
        foreach (string host in (string[])["b", "a"])
        {
            _ = _laboratory.Do("kill", "vm2");
            SetManifest set = sets.VerifyNewest().Set;
            await restore.RunAsync(set, set.Guests.ToDictionary(static guest => guest.Name, _ => host), TimeSpan.FromMinutes(1));
            Assert.That((await _backend.GuestsAsync()).Select(static guest => (guest.Host, guest.Condition)), Is.All.EqualTo((host, GuestCondition.Running)));
        }

        EndsRight();
    }

    [Test]
    public async Task A_job_whose_guest_stands_still_or_has_no_link_for_a_while_goes_on()
    {
        Start();
        await _backend.PauseAsync("vm2");
        await Task.Delay(TimeSpan.FromSeconds(2));
        await _backend.ResumeAsync("vm2");
        await _backend.SetLinkAsync("vm3", isUp: false);
        await Task.Delay(TimeSpan.FromSeconds(2));
        await _backend.SetLinkAsync("vm3", isUp: true);
        EndsRight();
    }

    private void Start()
    {
        _laboratory.StartJob(Rows, Rows, Steps);
        _laboratory.AwaitStep(1);
    }

    private void EndsRight() => Assert.That(_laboratory.AwaitResult(), Is.EqualTo(_laboratory.Reference(Rows, Rows, Steps)));
}
