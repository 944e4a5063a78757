using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>An MPI job in three guests on two hosts: whatever is done to the guests, its result is that of the undisturbed run.</summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(600_000)]
public sealed class JobInGuestsTests
{
    private const int Rows = 90;
    private const int Steps = 1500;

    private Laboratory _laboratory = null!;
    private QemuBackend _backend = null!;

    [SetUp]
    public void MakeLaboratory()
    {
        _laboratory = new Laboratory(guests: 3);
        _backend = new QemuBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System);
    }

    [TearDown]
    public async Task RemoveLaboratory()
    {
        if (_backend is not null) await _backend.DisposeAsync();
        _laboratory?.Dispose();
    }

    [Test]
    public async Task Moved_there_and_back_live_and_by_postcopy_the_job_ends_right()
    {
        Start();
        _ = await _backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b" });
        MigrationResult postcopy = await _backend.MigrateAsync("vm3", new MigrationOptions { TargetHost = "b", Mode = MigrationMode.Postcopy });
        _ = await _backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "a", BeforeSwitchOver = static cancel => Task.Delay(TimeSpan.FromMilliseconds(200), cancel) });
        Assert.That(postcopy.WasPostcopy, Is.True);
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Host), Is.EqualTo(new[] { "a", "b", "b" }));
        EndsRight();
    }

    [Test]
    public async Task Copied_slowly_while_it_works_and_writes_a_guest_arrives_whole()
    {
        _laboratory.StartJob(120, 120, 6000);
        _laboratory.AwaitStep(1);
        foreach (string host in (string[])["a", "b", "a"])
            _ = await _backend.MigrateAsync("vm2", new MigrationOptions { TargetHost = host, BandwidthBytesPerSecondMax = 20 << 20 });
        Assert.That(_laboratory.AwaitResult(), Is.EqualTo(_laboratory.Reference(120, 120, 6000)));
    }

    [Test]
    public async Task A_target_that_is_killed_half_way_costs_the_job_nothing()
    {
        Start();
        // Slow enough that the target can be killed in the middle, whatever the machine does.
        Task<MigrationResult> move = _backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b", BandwidthBytesPerSecondMax = 8 << 20 });
        string pidFile = Path.Combine(_laboratory.Place, "run", "vm1@b.pid");
        while (!File.Exists(pidFile)) await Task.Delay(20);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.That(move.IsCompleted, Is.False, "the copy was to be under way");
        using (var target = System.Diagnostics.Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture))) target.Kill();
        MigrationFailedException error = await FailureAsync(move);
        Assert.That(error.GuestIsOn, Is.EqualTo("a"), error.Message);
        _ = await _backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b" });
        EndsRight();
    }

    [TestCase(StateCompression.None)]
    [TestCase(StateCompression.Lz4)]
    public async Task Saved_at_one_instant_killed_and_rolled_back_twice_on_other_hosts_the_job_ends_right(StateCompression compression)
    {
        var sets = new GuestSetDirectory(Path.Combine(_laboratory.Place, "sets"));
        Start();
        SnapshotResult snapshot = await new SetSnapshot(_backend, sets, TimeProvider.System).RunAsync(new SnapshotOptions { Compression = compression });
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

    private void Start()
    {
        _laboratory.StartJob(Rows, Rows, Steps);
        _laboratory.AwaitStep(1);
    }

    private void EndsRight() => Assert.That(_laboratory.AwaitResult(), Is.EqualTo(_laboratory.Reference(Rows, Rows, Steps)));
}
