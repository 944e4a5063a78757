using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>What guests and hosts are described as, suspending and going on, and network adapters.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereGuestTests
{
    private ScriptedVCenter _vcenter = null!;
    private VSphereBackend _backend = null!;

    private ScriptedMachine Guest => _vcenter.Inventory.Machine("vm-41");

    [SetUp]
    public void Start()
    {
        _vcenter = new ScriptedVCenter();
        _backend = VCenterBench.Backend(_vcenter);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _backend.DisposeAsync();
        await _vcenter.DisposeAsync();
    }

    [Test]
    public async Task Guests_are_described_in_our_words_with_vspheres_beside_them()
    {
        Assert.That((await _backend.GuestsAsync()).Select(static guest => (guest.Name, guest.Host, guest.Condition, guest.MemoryBytes, guest.Remark)), Is.EqualTo(new (string, string?, GuestCondition, long, string?)[]
        {
            ("vm1", "esx-a", GuestCondition.Running, 2048L << 20, null), ("vm2", "esx-a", GuestCondition.Running, 2048L << 20, null), ("vm3", null, GuestCondition.Absent, 0, $"vCenter {_vcenter.Url["http://".Length..]} has no virtual machine of this name"),
        }));
        Assert.That(await DescribedAsync("suspended", "connected"), Is.EqualTo((GuestCondition.Paused, "vSphere says: suspended")));
        Assert.That(await DescribedAsync("poweredOff", "connected"), Is.EqualTo((GuestCondition.Failed, "vSphere says: poweredOff")));
        Assert.That(await DescribedAsync("poweredOn", "inaccessible"), Is.EqualTo((GuestCondition.Unknown, "vSphere says: poweredOn, inaccessible")));
        Guest.Question = "Was it moved or copied?";
        Assert.That(await DescribedAsync("poweredOn", "connected"), Is.EqualTo((GuestCondition.Running, "vSphere waits for an answer: Was it moved or copied?")));
        _vcenter.Inventory.Machines.Add(new ScriptedMachine("vm-99", "vm1", "host-11"));
        Assert.That(await DescribedAsync("poweredOn", "connected"), Is.EqualTo((GuestCondition.Unknown, $"vCenter {_vcenter.Url["http://".Length..]} has 2 virtual machines of this name")));
    }

    [Test]
    public async Task A_host_that_this_user_may_not_see_is_told_by_its_id()
    {
        Guest.Host = "host-77";
        Assert.That((await _backend.GuestsAsync())[0].Host, Is.EqualTo("host-77"));
    }

    [Test]
    public async Task A_machine_that_goes_between_two_questions_is_absent()
    {
        _vcenter.Instead = static asked => asked.Is("GET", "/vm-41/runtime") ? ScriptedVCenter.Fault("ManagedObjectNotFound") : null;
        Assert.That((await _backend.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Absent));
    }

    [Test]
    public async Task Hosts_are_those_of_the_file_that_vcenter_is_connected_to() =>
        Assert.That((await _backend.HostsAsync()).Select(static host => host.Name), Is.EqualTo(new[] { "esx-a", "esx-b" }));

    [Test]
    public void A_guest_that_is_off_is_neither_suspended_nor_started_from_its_disk()
    {
        Guest.Power = "poweredOff";
        Assert.That(async () => await _backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("is poweredOff and cannot be suspended"));
        Assert.That(async () => await _backend.ResumeAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("has no memory to go on with"));
        Assert.That(_vcenter.Inventory.Tasks, Is.Empty);
    }

    [Test]
    public void Suspending_that_fails_says_why()
    {
        _vcenter.Inventory.TaskFault = static _ => "NoDiskSpace";
        Assert.That(async () => await _backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("suspending guest vm1 on host esx-a failed: NoDiskSpace: words of NoDiskSpace"));
    }

    [Test]
    public async Task A_guest_that_does_not_go_on_is_told_of()
    {
        await _backend.PauseAsync("vm1");
        _vcenter.Instead = asked =>
        {
            if (asked.Is("GET", "/runtime") && _vcenter.CountOf("POST", "PowerOnVM_Task") > 0) (Guest.Power, Guest.Question) = ("suspended", "Which way?");
            return null;
        };
        Assert.That(async () => await _backend.ResumeAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("was told to go on and is suspended. vSphere waits for an answer: Which way?"));
    }

    [Test]
    public async Task Adapters_are_all_put_down_and_up_and_what_is_so_already_is_left_alone()
    {
        Guest.Adapters["4001"] = false;
        await _backend.SetLinkAsync("vm1", isUp: false);
        Assert.That(Guest.Adapters.Values, Is.All.False);
        Assert.That(_vcenter.CountOf("POST", "?action=disconnect"), Is.EqualTo(1));
        await _backend.SetLinkAsync("vm1", isUp: true);
        Assert.That(Guest.Adapters.Values, Is.All.True);
        Assert.That(_vcenter.CountOf("POST", "?action=connect"), Is.EqualTo(2));
    }

    [Test]
    public void A_guest_without_adapters_or_at_rest_is_refused_and_vcenters_errors_are_told()
    {
        _vcenter.Instead = static asked => asked.Is("POST", "?action=disconnect") ? new Reply(403, """{"error_type": "UNAUTHORIZED", "messages": [{"default_message": "Permission to perform this operation was denied."}]}""") : null;
        Assert.That(async () => await _backend.SetLinkAsync("vm1", false), Throws.InstanceOf<HypervisorException>().With.Message.Contains("the disconnect of network adapter 4000 with HTTP 403 (UNAUTHORIZED: Permission to perform"));
        Guest.Adapters.Clear();
        Assert.That(async () => await _backend.SetLinkAsync("vm1", false), Throws.InstanceOf<HypervisorException>().With.Message.Contains("no network adapter"));
        Guest.Power = "suspended";
        Assert.That(async () => await _backend.SetLinkAsync("vm1", true), Throws.InstanceOf<HypervisorException>().With.Message.Contains("Resume it first"));
    }

    private async Task<(GuestCondition Condition, string? Remark)> DescribedAsync(string power, string connection)
    {
        (Guest.Power, Guest.Connection) = (power, connection);
        Guest guest = (await _backend.GuestsAsync())[0];
        return (guest.Condition, guest.Remark);
    }
}
