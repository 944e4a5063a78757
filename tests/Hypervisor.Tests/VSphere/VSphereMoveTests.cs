using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>A move, and how it can go wrong on vCenter's side: afterwards it is known where the guest is, or said that it is not.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereMoveTests
{
    private const string Relocate = "RelocateVM_Task";

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
    public async Task Progress_is_told_as_it_is_heard_and_what_is_not_known_is_said()
    {
        var told = new ConcurrentQueue<MigrationProgress>();
        _vcenter.Inventory.LooksPerTask = 5;
        MigrationResult result = await MoveAsync(Options(), progress: new Told(told));
        Assert.That(told.Select(static one => one.Phase).Distinct(), Is.EqualTo(new[] { MigrationPhase.SettingUp, MigrationPhase.Copying, MigrationPhase.Done }));
        Assert.That(told.Select(static one => (int)Math.Round(one.Share * 100)), Is.EqualTo(new[] { 0, 40, 60, 80, 100 }));
        Assert.That(result.SentBytes, Is.EqualTo(2048L << 20));
        Assert.That(result.Remark, Does.Contain("neither how much was sent nor for how long"));
        Assert.That(_vcenter.Heard.Single(static asked => asked.Is("POST", Relocate)).Body, Is.EqualTo("""
            {"spec":{"_typeName":"VirtualMachineRelocateSpec","host":{"_typeName":"ManagedObjectReference","type":"HostSystem","value":"host-11"}},"priority":"highPriority"}
            """.Trim()));
    }

    [Test]
    public async Task A_guest_that_cannot_be_moved_is_refused_before_anything_is_begun()
    {
        Refused(Options() with { Mode = MigrationMode.Postcopy }, "no postcopy");
        Refused(Options() with { MultifdChannels = 2 }, "no multifd");
        Refused(Options() with { BandwidthBytesPerSecondMax = 1 << 20 }, "no limit of bandwidth");
        Refused(Options() with { HeldBandwidthBytesPerSecondMax = 1 << 20 }, "no limit of bandwidth");
        Refused(Options() with { TargetHost = "esx-c" }, "host esx-c is DISCONNECTED");
        Refused(Options() with { TargetHost = "esx-d" }, "no host called esx-d");
        Guest.Power = "poweredOff";
        Refused(Options(), "is poweredOff and cannot be moved");
        _vcenter.Inventory.Machines.Add(new ScriptedMachine("vm-99", "vm1", "host-11"));
        Refused(Options(), "2 virtual machines called vm1");
        _vcenter.Inventory.Machines.RemoveAll(static machine => machine.Name == "vm1");
        Refused(Options(), "no virtual machine called vm1");
        Assert.That(_vcenter.CountOf("POST", Relocate), Is.Zero);
        await Task.CompletedTask;

        void Refused(MigrationOptions options, string why) => Assert.That(async () => await MoveAsync(options), Throws.InstanceOf<HypervisorException>().With.Message.Contains(why));
    }

    [Test]
    public void A_move_that_vcenter_refuses_or_that_fails_leaves_the_guest_where_it_was_with_vcenters_words()
    {
        _vcenter.Instead = static asked => asked.Is("POST", Relocate) ? ScriptedVCenter.Fault("VmConfigFault", "a passthrough device cannot move") : null;
        Assert.That(async () => await MoveAsync(Options()), StaysOn("esx-a", "VmConfigFault: a passthrough device cannot move"));
        _vcenter.Instead = static _ => null;
        _vcenter.Inventory.TaskFault = static _ => "MigrationFault";
        Assert.That(async () => await MoveAsync(Options()), StaysOn("esx-a", "MigrationFault: words of MigrationFault"));
    }

    [Test]
    public async Task An_error_that_comes_when_the_guest_has_arrived_is_a_remark()
    {
        _vcenter.Inventory.OnLook = static task => task.Machine.Host = "host-11";
        _vcenter.Inventory.TaskFault = static _ => "HostCommunication";
        MigrationResult result = await MoveAsync(Options());
        Assert.That((result.To, result.Remark), Is.EqualTo(("esx-b", result.Remark)));
        Assert.That(result.Remark, Does.StartWith("the guest had arrived when its move was to end otherwise (HostCommunication"));
    }

    [Test]
    public void A_guest_that_vanishes_or_is_switched_off_on_its_way_is_lost_and_that_is_said()
    {
        _vcenter.Inventory.OnLook = static task => task.Machine.Power = "poweredOff";
        _vcenter.Inventory.TaskFault = static _ => "InvalidPowerState";
        Assert.That(async () => await MoveAsync(Options()), StaysOn(null, "It was poweredOn on host esx-a and is poweredOff on host esx-a"));
        Guest.Power = "poweredOn";
        _vcenter.Inventory.OnLook = task => _vcenter.Inventory.Machines.Remove(task.Machine);
        Assert.That(async () => await MoveAsync(Options()), StaysOn(null, "not in vCenter any more"));
    }

    [Test]
    public void A_target_that_vanishes_is_not_taken_for_the_guest()
    {
        _vcenter.Instead = static asked => asked.Is("POST", Relocate) ? ScriptedVCenter.Fault("ManagedObjectNotFound", "host-11 is not there") : null;
        Assert.That(async () => await MoveAsync(Options()), StaysOn("esx-a", "host-11 is not there"));
        _vcenter.Instead = asked =>
        {
            if (asked.Is("POST", Relocate)) Guest.Power = "poweredOff";
            return asked.Is("POST", Relocate) ? ScriptedVCenter.Fault("ManagedObjectNotFound", "host-11 is not there") : null;
        };
        Assert.That(async () => await MoveAsync(Options()), NoKnownEnd("The guest is poweredOff on host esx-a"));
    }

    [Test]
    public void A_host_that_is_cut_off_on_the_way_leaves_no_known_end()
    {
        _vcenter.Inventory.OnLook = static task => task.Machine.Connection = "disconnected";
        _vcenter.Inventory.TaskFault = static _ => "HostNotConnected";
        Assert.That(async () => await MoveAsync(Options()), NoKnownEnd("host esx-a is not connected (disconnected)"));
    }

    [Test]
    public async Task A_move_whose_begin_was_not_answered_is_found_among_the_tasks_and_never_begun_twice()
    {
        _vcenter.Afterwards = static (asked, reply) => asked.Is("POST", Relocate) ? Reply.HangUp : reply;
        MigrationResult result = await MoveAsync(Options());
        Assert.That((result.To, Guest.Host), Is.EqualTo(("esx-b", "host-11")));
        Assert.That((_vcenter.CountOf("POST", Relocate), _vcenter.Inventory.Tasks.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_move_whose_begin_was_not_answered_and_that_is_over_by_then_has_arrived()
    {
        _vcenter.Afterwards = (asked, reply) =>
        {
            if (!asked.Is("POST", Relocate)) return reply;
            _vcenter.Inventory.Tasks.Single().End(null);
            return Reply.HangUp;
        };
        MigrationResult result = await MoveAsync(Options());
        Assert.That(result.To, Is.EqualTo("esx-b"));
        Assert.That(result.Remark, Does.StartWith("the guest had arrived when its move was to end otherwise (vCenter"));
    }

    [Test]
    public void A_move_that_was_neither_answered_nor_begun_leaves_the_guest_where_it_was()
    {
        _vcenter.Instead = static asked => asked.Is("POST", Relocate) ? Reply.HangUp : null;
        Assert.That(async () => await MoveAsync(Options()), StaysOn("esx-a", "cannot be reached at moving machine vm-41"));
        Assert.That(_vcenter.CountOf("POST", Relocate), Is.EqualTo(1), "what changes something is not sent twice");
    }

    [Test]
    public async Task A_vcenter_that_falls_silent_on_the_way_is_waited_for_and_not_for_ever()
    {
        int silent = 0;
        _vcenter.Instead = asked => asked.Method == "GET" && asked.Path.Contains("/Task/", StringComparison.Ordinal) && Interlocked.Increment(ref silent) <= 4 ? Reply.HangUp : null;
        Assert.That((await MoveAsync(Options())).To, Is.EqualTo("esx-b"), "four answers were lost, and the fifth tells the end");

        await using VSphereBackend impatient = VCenterBench.Backend(_vcenter, VCenterBench.Short);
        _vcenter.Instead = static asked => asked.Path.Contains("/Task/", StringComparison.Ordinal) || asked.Path.EndsWith("runtime", StringComparison.Ordinal) && asked.Path.Contains("vm-42", StringComparison.Ordinal) ? Reply.HangUp : null;
        Assert.That(async () => await impatient.MigrateAsync("vm1", Options() with { TargetHost = "esx-a" }).WaitAsync(TimeSpan.FromSeconds(30)), NoKnownEnd("may still go on"));
    }

    [Test]
    public async Task A_task_that_vcenter_has_forgotten_is_judged_by_where_the_guest_is()
    {
        _vcenter.Instead = static asked => asked.Is("GET", "/Task/task-1/info") || asked.Is("GET", "/Task/task-2/info") ? ScriptedVCenter.Fault("ManagedObjectNotFound") : null;
        Assert.That(async () => await MoveAsync(Options()), NoKnownEnd("vCenter does not know task-1 any more"));
        _vcenter.Inventory.Tasks.Single().End(null);
        Guest.Host = "host-10";
        _vcenter.Afterwards = (asked, reply) =>
        {
            if (asked.Is("POST", Relocate)) _vcenter.Inventory.Tasks.Last().End(null);
            return reply;
        };
        Assert.That((await MoveAsync(Options())).Remark, Does.StartWith("the guest had arrived"));
    }

    private static MigrationOptions Options() => new() { TargetHost = "esx-b" };

    private static ContainsConstraint StaysOn(string? host, string why) =>
        Throws.InstanceOf<MigrationFailedException>().With.Property(nameof(MigrationFailedException.GuestIsOn)).EqualTo(host).And.Message.Contains(why);

    private static ContainsConstraint NoKnownEnd(string why) =>
        Throws.InstanceOf<HypervisorException>().And.Not.InstanceOf<MigrationFailedException>().And.Message.Contains("has no known end").And.Message.Contains(why);

    private Task<MigrationResult> MoveAsync(MigrationOptions options, IProgress<MigrationProgress>? progress = null) =>
        _backend.MigrateAsync("vm1", options, progress).WaitAsync(TimeSpan.FromSeconds(30));

    private sealed class Told(ConcurrentQueue<MigrationProgress> all) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => all.Enqueue(value);
    }
}
