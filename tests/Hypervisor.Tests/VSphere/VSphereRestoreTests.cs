using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>Restoring: what can be refused is refused before the guest is touched; then it is back, suspended, on the host that was named.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereRestoreTests
{
    private string _folder = "";
    private ScriptedVCenter _vcenter = null!;
    private VSphereBackend _backend = null!;

    private ScriptedMachine Guest => _vcenter.Inventory.Machine("vm-41");

    private string StateFile => Path.Combine(_folder, "vm1.state");

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-vsphere-").FullName;
        _vcenter = new ScriptedVCenter();
        _backend = VCenterBench.Backend(_vcenter);
        _ = await _backend.SaveAsync("vm1", new SaveOptions { File = StateFile });
        await _backend.ResumeAsync("vm1");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _backend.DisposeAsync();
        await _vcenter.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task What_does_not_fit_is_refused_and_the_guest_works_on()
    {
        StateReference reference = StateReference.Decode(await File.ReadAllBytesAsync(StateFile), StateFile);
        Refused(Written(reference with { VCenter = "another" }), "refers to a snapshot in vCenter another");
        Refused(Written(reference with { Guest = "vm2" }), "refers to the state of guest vm2");
        Refused(Written(reference with { Name = "hpcvirt-vm1-gone" }), "hpcvirt-vm1-gone");
        Refused(Written("a state of QEMU's"u8.ToArray()), "no state that was saved under vSphere");
        Refused(Written(new byte[(64 << 10) + 1]), "65537 bytes");
        Refused(Path.Combine(_folder, "none"), "cannot be read");
        Refused(StateFile, "host esx-c is DISCONNECTED", host: "esx-c");
        Refused(StateFile, "there is no host 'esx-z'", host: "esx-z");
        Refused(StateFile, "ends it. End it first", ends: false);
        Assert.That(async () => await _backend.RestoreAsync("vm1", new RestoreOptions { File = StateFile, Host = "esx-b", Compression = StateCompression.Lz4 }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("compress"));
        Assert.That((Guest.Power, Guest.Host, _vcenter.CountOf("POST", "RevertToSnapshot_Task")), Is.EqualTo(("poweredOn", "host-10", 0)));
        Guest.Connection = "disconnected";
        Refused(StateFile, "host esx-a, which does not answer (disconnected)");

        void Refused(string file, string why, string host = "esx-b", bool ends = true) =>
            Assert.That(async () => await _backend.RestoreAsync("vm1", new RestoreOptions { File = file, Host = host, EndsRunning = ends }), Throws.InstanceOf<HypervisorException>().With.Message.Contains(why));
    }

    [Test]
    public async Task A_guest_that_is_off_comes_back_without_leave_and_stays_suspended()
    {
        Guest.Power = "poweredOff";
        await _backend.RestoreAsync("vm1", new RestoreOptions { File = StateFile, Host = "esx-a" });
        Assert.That((Guest.Power, Guest.Host, _vcenter.CountOf("POST", "RelocateVM_Task")), Is.EqualTo(("suspended", "host-10", 0)));
    }

    [Test]
    public async Task A_machine_that_was_registered_again_is_found_by_its_name_and_the_snapshot_by_its_own()
    {
        (_, string name, string power) = Guest.Snapshots.Single();
        var again = new ScriptedMachine("vm-77", "vm1", "host-11") { Power = "poweredOff" };
        again.Snapshots.Add(("snapshot-70", name, power));
        _ = _vcenter.Inventory.Machines.RemoveAll(static machine => machine.Id == "vm-41");
        _vcenter.Inventory.Machines.Add(again);
        await _backend.RestoreAsync("vm1", new RestoreOptions { File = StateFile, Host = "esx-b" });
        Assert.That((again.Power, again.Host), Is.EqualTo(("suspended", "host-11")));
    }

    [Test]
    public async Task A_snapshot_at_the_end_of_the_longest_chain_is_found()
    {
        (string snapshot, string name, string power) = Guest.Snapshots.Single();
        Guest.Snapshots.Clear();
        for (int i = 1; i < 32; i++) Guest.Snapshots.Add(($"snapshot-{100 + i}", $"somebody's {i}", "poweredOff"));
        Guest.Snapshots.Add((snapshot, name, power));
        await RestoreAsync();
        Assert.That((Guest.Power, Guest.Host), Is.EqualTo(("suspended", "host-11")));
    }

    [Test]
    public async Task A_snapshot_of_a_guest_that_worked_does_not_let_it_go_on()
    {
        Guest.Snapshots[0] = Guest.Snapshots[0] with { Power = "poweredOn" };
        await RestoreAsync();
        Assert.That(Guest.Power, Is.EqualTo("suspended"));
        Assert.That(_vcenter.Heard.Single(static asked => asked.Is("POST", "RevertToSnapshot_Task")).Body, Is.EqualTo("""{"suppressPowerOn":true}"""));
    }

    [Test]
    public void A_snapshot_without_memory_is_told_of()
    {
        Guest.Snapshots[0] = Guest.Snapshots[0] with { Power = "poweredOff" };
        Assert.That(RestoreAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("left guest vm1 poweredOff, and not suspended"));
    }

    [Test]
    public void Going_back_that_fails_says_why()
    {
        _vcenter.Inventory.TaskFault = static method => method == "RevertToSnapshot_Task" ? "FileLocked" : null;
        Assert.That(RestoreAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("FileLocked: words of FileLocked"));
        Assert.That(Guest.Power, Is.EqualTo("poweredOn"));
    }

    [Test]
    public void A_guest_that_is_back_and_cannot_be_moved_is_told_with_its_host()
    {
        _vcenter.Inventory.TaskFault = static method => method == "RelocateVM_Task" ? "SuspendedRelocateNotSupported" : null;
        Assert.That(RestoreAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("which is back and suspended on host esx-a, to host esx-b failed: SuspendedRelocateNotSupported"));
        Assert.That((Guest.Power, Guest.Host), Is.EqualTo(("suspended", "host-10")));
    }

    [Test]
    public void A_restore_that_is_not_over_in_time_is_given_up()
    {
        _vcenter.Inventory.OnLook = static task => task.Looks = task.Method == "RevertToSnapshot_Task" ? 1 : task.Looks;
        Assert.That(
            async () => await _backend.RestoreAsync("vm1", new RestoreOptions { File = StateFile, Host = "esx-b", EndsRunning = true, Deadline = TimeSpan.FromMilliseconds(500) }).WaitAsync(TimeSpan.FromSeconds(30)),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains("was not over within"));
    }

    [Test]
    public async Task A_set_of_guests_is_saved_verified_and_brought_back_elsewhere()
    {
        var sets = new GuestSetDirectory(Path.Combine(_folder, "sets"));
        SnapshotResult made = await new SetSnapshot(_backend, sets, TimeProvider.System).RunAsync(new SnapshotOptions { Guests = ["vm1", "vm2"] });
        Assert.That(_vcenter.Inventory.Machines.Select(static machine => machine.Power), Is.All.EqualTo("poweredOn"));
        _vcenter.Inventory.Machine("vm-42").Power = "poweredOff";
        SetManifest set = sets.Verify(made.Set.Number);
        await new SetRestore(_backend, sets).RunAsync(set, new Dictionary<string, string> { ["vm2"] = "esx-b" }, TimeSpan.FromSeconds(30));
        Assert.That(_vcenter.Inventory.Machines.Select(static machine => (machine.Name, machine.Host, machine.Power)), Is.EqualTo(new[] { ("vm1", "host-10", "poweredOn"), ("vm2", "host-11", "poweredOn") }));
    }

    private Task RestoreAsync() => _backend.RestoreAsync("vm1", new RestoreOptions { File = StateFile, Host = "esx-b", EndsRunning = true }).WaitAsync(TimeSpan.FromSeconds(30));

    private string Written(StateReference reference) => Written(reference.Encode());

    private string Written(byte[] bytes)
    {
        string file = Path.Combine(_folder, "other.state");
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
