using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>An MPI job in three guests on two hosts, whoever the hypervisor is: whatever is done to the guests, its result is that of the undisturbed run.</summary>
public abstract class JobInGuests
{
    private const int Rows = 90;
    private const int Steps = 1500;

    internal Laboratory Laboratory { get; private set; } = null!;

    protected IHypervisorBackend Backend { get; private set; } = null!;

    [SetUp]
    public void MakeLaboratory()
    {
        Laboratory = MakeGuests();
        Backend = MakeBackend(GuestFile.Load(Laboratory.GuestFile));
    }

    [TearDown]
    public async Task RemoveLaboratory()
    {
        if (Backend is not null) await Backend.DisposeAsync();
        Laboratory?.Dispose();
    }

    [Test]
    public async Task A_job_whose_guest_stands_still_or_has_no_link_for_a_while_goes_on()
    {
        Start();
        await Backend.PauseAsync("vm2");
        await Task.Delay(TimeSpan.FromSeconds(2));
        await Backend.ResumeAsync("vm2");
        await Backend.SetLinkAsync("vm3", isUp: false);
        await Task.Delay(TimeSpan.FromSeconds(2));
        await Backend.SetLinkAsync("vm3", isUp: true);
        EndsRight();
    }

    internal abstract Laboratory MakeGuests();

    protected abstract IHypervisorBackend MakeBackend(GuestFile file);

    protected async Task SavedAtOneInstantAndRolledBackTwiceOnOtherHostsItEndsRightAsync(StateCompression compression)
    {
        var sets = new GuestSetDirectory(Path.Combine(Laboratory.Place, "sets"));
        Start();
        SnapshotResult snapshot = await new SetSnapshot(Backend, sets, TimeProvider.System).RunAsync(new SnapshotOptions { Compression = compression });
        TestContext.Out.WriteLine($"stood still {snapshot.StoodStillFor!.Value.TotalMilliseconds:0} ms, stop {snapshot.StopTook.TotalMilliseconds:0} ms, save {snapshot.SaveTook.TotalMilliseconds:0} ms, commit {snapshot.CommitTook.TotalMilliseconds:0} ms");
        int saved = Laboratory.Step();
        Laboratory.AwaitStep(saved + 20);
        var restore = new SetRestore(Backend, sets);
        foreach (string host in (string[])["b", "a"])
        {
            _ = Laboratory.Do("kill", "vm2");
            SetManifest set = sets.VerifyNewest().Set;
            await restore.RunAsync(set, set.Guests.ToDictionary(static guest => guest.Name, _ => host), TimeSpan.FromMinutes(1));
            Assert.That((await Backend.GuestsAsync()).Select(static guest => (guest.Host, guest.Condition)), Is.All.EqualTo((host, GuestCondition.Running)));
        }

        EndsRight();
    }

    protected void Start()
    {
        Laboratory.StartJob(Rows, Rows, Steps);
        Laboratory.AwaitStep(1);
    }

    protected void EndsRight() => Assert.That(Laboratory.AwaitResult(), Is.EqualTo(Laboratory.Reference(Rows, Rows, Steps)));
}
