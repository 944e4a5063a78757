using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>Saving: a snapshot in vCenter's keeping and a reference to it, or neither, and then the guest does what it did before.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereSaveTests
{
    private const string CreateSnapshot = "CreateSnapshotEx_Task";

    private string _folder = "";
    private ScriptedVCenter _vcenter = null!;
    private VSphereBackend _backend = null!;

    private ScriptedMachine Guest => _vcenter.Inventory.Machine("vm-41");

    private string StateFile => Path.Combine(_folder, "vm1.state");

    [SetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-vsphere-").FullName;
        _vcenter = new ScriptedVCenter();
        _backend = VCenterBench.Backend(_vcenter);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _backend.DisposeAsync();
        await _vcenter.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task A_saved_state_is_a_snapshot_with_memory_and_a_file_that_names_it()
    {
        SavedState saved = await SaveAsync();
        byte[] bytes = await File.ReadAllBytesAsync(saved.File);
        StateReference reference = StateReference.Decode(bytes, saved.File);
        (string snapshot, string name, string power) = Guest.Snapshots.Single();
        Assert.That((reference.Guest, reference.VCenter, reference.Machine, reference.Snapshot, reference.Name), Is.EqualTo(("vm1", ScriptedVCenter.Instance, "vm-41", snapshot, name)));
        Assert.That((power, Guest.Power, saved.LengthBytes), Is.EqualTo(("suspended", "suspended", (long)bytes.Length)));
        Assert.That(name, Does.StartWith("hpcvirt-vm1-"));
        Assert.That(_vcenter.Heard.Single(static asked => asked.Is("POST", CreateSnapshot)).Body, Does.Contain("\"memory\":true").And.Contain(saved.File));
        Assert.That(Directory.EnumerateFiles(_folder), Is.EqualTo(new[] { saved.File }));
        if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(saved.File), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_guest_that_stands_still_is_not_suspended_again_and_two_saves_have_two_names()
    {
        await _backend.PauseAsync("vm1");
        _ = await SaveAsync();
        File.Delete(StateFile);
        _ = await SaveAsync();
        Assert.That((Guest.Power, _vcenter.CountOf("POST", "SuspendVM_Task")), Is.EqualTo(("suspended", 1)));
        Assert.That(Guest.Snapshots.Select(static one => one.Name), Is.Unique.And.Exactly(2).Items);
    }

    [Test]
    public async Task The_instant_is_told_before_and_after_it()
    {
        string before = "", after = "";
        _ = await _backend.SaveAsync("vm1", new SaveOptions { File = StateFile, BeforeInstant = _ => Task.FromResult(before = Guest.Power), AfterInstant = () => after = Guest.Power });
        Assert.That((before, after), Is.EqualTo(("poweredOn", "suspended")));
    }

    [Test]
    public void What_it_cannot_do_is_refused_by_name_and_the_guest_works_on()
    {
        Refused(new SaveOptions { File = StateFile, InBackground = true }, "in the background");
        Refused(new SaveOptions { File = StateFile, Compression = StateCompression.Zstd }, "compresses no states");
        Refused(new SaveOptions { File = Path.Combine(_folder, "no-such-folder", "vm1.state") }, "could not be brought to");
        Guest.Power = "poweredOff";
        Refused(new SaveOptions { File = StateFile }, "is poweredOff and cannot be saved");
        Assert.That(_vcenter.Inventory.Tasks, Is.Empty);
        Nothing("poweredOff");

        void Refused(SaveOptions options, string why) => Assert.That(async () => await _backend.SaveAsync("vm1", options), Throws.InstanceOf<HypervisorException>().With.Message.Contains(why));
    }

    [Test]
    public void A_host_that_takes_itself_for_a_vcenter_is_refused_before_anything_is_done()
    {
        _vcenter.Instead = static asked => asked.Is("GET", "/content") ? new Reply(200, $$"""{"about": {}, "sessionManager": {{ScriptedInventory.Reference("SessionManager", "SessionManager")}} }""") : null;
        Assert.That(SaveAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("it is a host and no vCenter"));
        Assert.That(_vcenter.Inventory.Tasks, Is.Empty);
        Nothing("poweredOn");
    }

    [Test]
    public void A_snapshot_that_fails_leaves_nothing_and_the_guest_goes_on()
    {
        _vcenter.Inventory.TaskFault = static method => method == CreateSnapshot ? "TooManySnapshotLevels" : null;
        Assert.That(SaveAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("TooManySnapshotLevels: words of"));
        Nothing("poweredOn");
    }

    [Test]
    public void A_guest_that_stood_still_stays_so_when_its_snapshot_fails()
    {
        Guest.Power = "suspended";
        _vcenter.Inventory.TaskFault = static method => method == CreateSnapshot ? "NoDiskSpace" : null;
        Assert.That(SaveAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("NoDiskSpace"));
        Nothing("suspended");
    }

    [Test]
    public void A_snapshot_whose_begin_was_not_answered_is_removed_if_it_was_made()
    {
        _vcenter.Afterwards = (asked, reply) =>
        {
            if (!asked.Is("POST", CreateSnapshot)) return reply;
            _vcenter.Inventory.Tasks.Last().End(null);
            return Reply.HangUp;
        };
        Assert.That(SaveAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("making a snapshot of machine vm-41"));
        Nothing("poweredOn");
        Assert.That(_vcenter.CountOf("POST", "RemoveSnapshot_Task"), Is.EqualTo(1));
    }

    [Test]
    public void A_snapshot_that_is_not_listed_is_no_state()
    {
        _vcenter.Instead = asked => asked.Is("GET", "/snapshot") && Guest.Snapshots.Count > 0 ? new Reply(204) : null;
        Assert.That(SaveAsync, Throws.InstanceOf<HypervisorException>().With.Message.Contains("does not list it"));
        Assert.That((Guest.Power, File.Exists(StateFile)), Is.EqualTo(("poweredOn", false)));
    }

    [Test]
    public void A_save_that_is_given_up_leaves_nothing_and_the_guest_goes_on()
    {
        using var stop = new CancellationTokenSource();
        _vcenter.Inventory.OnLook = task =>
        {
            if (task.Method == CreateSnapshot) stop.Cancel();
        };
        Assert.That(async () => await _backend.SaveAsync("vm1", new SaveOptions { File = StateFile }, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Nothing("poweredOn");
    }

    [Test]
    public void A_save_that_is_not_over_in_time_leaves_nothing_and_the_guest_goes_on()
    {
        _vcenter.Inventory.OnLook = task => task.Looks = task.Method == CreateSnapshot ? 1 : task.Looks;
        Assert.That(
            async () => await _backend.SaveAsync("vm1", new SaveOptions { File = StateFile, Deadline = TimeSpan.FromSeconds(1) }).WaitAsync(TimeSpan.FromSeconds(30)),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains("was not over within"));
        Nothing("poweredOn");
    }

    private Task<SavedState> SaveAsync() => _backend.SaveAsync("vm1", new SaveOptions { File = StateFile }).WaitAsync(TimeSpan.FromSeconds(30));

    private void Nothing(string power)
    {
        Assert.That((Guest.Power, Guest.Snapshots.Count), Is.EqualTo((power, 0)));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
    }
}
