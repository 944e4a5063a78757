using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Rehearsal;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Sets;

/// <summary>Sets of guests: made at one instant or not at all, and restored only when whole.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class GuestSetTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly Dictionary<string, string> SameHosts = [];

    private string _folder = "";
    private GuestSetDirectory _sets = null!;
    private RehearsalBackend _backend = null!;

    [SetUp]
    public void MakeGuests()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-sets-").FullName;
        _sets = new GuestSetDirectory(Path.Combine(_folder, "sets"));
        _backend = new RehearsalBackend(
            new RehearsalOptions { Guests = new Dictionary<string, string> { ["vm1"] = "a", ["vm2"] = "b", ["vm3"] = "a" }, Hosts = ["a", "b", "c"], MemoryBytes = 1 << 20, BytesPerSecond = 1 << 30 },
            TimeProvider.System);
    }

    [TearDown]
    public async Task RemoveGuests()
    {
        await _backend.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task All_stand_still_before_the_first_is_saved_and_none_goes_on_before_the_last_is()
    {
        SnapshotResult result = await SnapshotAsync();
        Assert.That(Verbs(), Is.EqualTo(new[] { "pause", "pause", "pause", "save", "save", "save", "resume", "resume", "resume" }));
        Assert.That(result.Set.Number, Is.EqualTo(1));
        Assert.That(Directory.EnumerateFileSystemEntries(_sets.Location).Select(Path.GetFileName), Is.EqualTo(new[] { "set-00000001" }));
        Assert.That(_sets.Verify(1).Guests.Select(static guest => guest.Name), Is.EqualTo(new[] { "vm1", "vm2", "vm3" }));
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Condition), Is.All.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task The_oldest_sets_go_and_no_number_is_used_again()
    {
        for (int i = 0; i < 4; i++) _ = await SnapshotAsync();
        _sets.Prune(keep: 2);
        Assert.That(_sets.Numbers(), Is.EqualTo(new long[] { 4, 3 }));
        Assert.That(Directory.EnumerateFileSystemEntries(_sets.Location).Count(), Is.EqualTo(2), "nothing half removed is left");
        Assert.That((await SnapshotAsync()).Set.Number, Is.EqualTo(5));
        Assert.That(() => _sets.Prune(keep: 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task A_guest_that_cannot_be_saved_leaves_no_set_and_all_go_on()
    {
        _backend.FailOnce(RehearsedVerb.Save, "vm2", "the disk is full");
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("the disk is full"));
        Assert.That(_sets.Numbers(), Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(_sets.Location), Is.Empty);
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Condition), Is.All.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_guest_that_cannot_be_stopped_leaves_no_set_and_all_go_on()
    {
        _backend.FailOnce(RehearsedVerb.Pause, "vm3", "it does not answer");
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("it does not answer"));
        Assert.That(Verbs(), Does.Not.Contain("save"));
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Condition), Is.All.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_snapshot_that_is_given_up_leaves_no_set_and_all_go_on()
    {
        using var stop = new CancellationTokenSource();
        Assert.That(
            async () => await new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(new SnapshotOptions(), (name, share) => { if (name == "save all" && share >= 1) stop.Cancel(); }, stop.Token),
            Throws.Nothing, "once all is saved there is nothing left to give up");
        using var early = new CancellationTokenSource();
        Assert.That(
            async () => await new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(new SnapshotOptions(), (name, share) => { if (name == "stop all" && share >= 1) early.Cancel(); }, early.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_sets.Numbers(), Is.EqualTo(new[] { 1 }));
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Condition), Is.All.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_set_that_was_broken_half_way_is_never_the_newest_and_its_number_is_not_used_again()
    {
        _ = await SnapshotAsync();
        Directory.CreateDirectory(Path.Combine(_sets.Location, "set-00000002.partial"));
        await File.WriteAllBytesAsync(Path.Combine(_sets.Location, "set-00000002.partial", "manifest"), await File.ReadAllBytesAsync(Path.Combine(_sets.PathOf(1), "manifest")));
        Assert.That(_sets.VerifyNewest().Set.Number, Is.EqualTo(1));
        Assert.That((await SnapshotAsync()).Set.Number, Is.EqualTo(3));
    }

    [Test]
    public async Task A_damaged_set_is_refused_and_the_one_before_it_is_taken()
    {
        foreach (Action<string> damage in (Action<string>[])[
            static file => File.WriteAllBytes(file, [.. File.ReadAllBytes(file).Select(static (value, at) => at == 3 ? (byte)(value ^ 1) : value)]),
            static file => File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]),
            File.Delete])
        {
            _ = await SnapshotAsync();
            long newest = (await SnapshotAsync()).Set.Number;
            string file = Path.Combine(_sets.PathOf(newest), "vm2.state");
            damage(file);
            Assert.That(() => _sets.Verify(newest), Throws.InstanceOf<GuestSetException>().With.Message.Contains(file));
            (SetManifest set, IReadOnlyList<GuestSetException> refused) = _sets.VerifyNewest();
            Assert.That(set.Number, Is.EqualTo(newest - 1));
            Assert.That(refused.Single().Message, Does.Contain(file));
            Directory.Delete(_sets.PathOf(newest), recursive: true);
        }
    }

    [Test]
    public async Task A_set_under_another_number_or_without_its_manifest_is_refused()
    {
        _ = await SnapshotAsync();
        Directory.Move(_sets.PathOf(1), _sets.PathOf(5));
        Assert.That(() => _sets.Verify(5), Throws.InstanceOf<GuestSetException>().With.Message.Contains("belongs to set 1"));
        File.Delete(Path.Combine(_sets.PathOf(5), "manifest"));
        Assert.That(() => _sets.Verify(5), Throws.InstanceOf<GuestSetException>());
        Assert.That(() => _sets.Verify(4), Throws.InstanceOf<GuestSetException>().With.Message.Contains("There are sets 5"));
        Assert.That(() => _sets.VerifyNewest(), Throws.InstanceOf<GuestSetException>());
    }

    [Test]
    public async Task All_are_there_before_the_first_goes_on_and_they_may_come_back_elsewhere()
    {
        await _backend.PauseAsync("vm3");
        _ = await SnapshotAsync();
        _backend.Lose("vm1");
        int before = _backend.Story.Count;
        await RestoreAsync(new Dictionary<string, string> { ["vm1"] = "c", ["vm2"] = "c" });
        Assert.That(Verbs().Skip(before), Is.EqualTo(new[] { "pause", "restore", "restore", "restore", "resume", "resume" }), "vm2 still ran; vm3 stood still before and does again");
        Assert.That((await _backend.GuestsAsync()).Select(static guest => (guest.Host, guest.Condition)), Is.EqualTo(new (string?, GuestCondition)[]
        {
            ("c", GuestCondition.Running), ("c", GuestCondition.Running), ("a", GuestCondition.Paused),
        }));
    }

    [Test]
    public async Task If_one_cannot_be_restored_none_goes_on_and_it_can_be_tried_again()
    {
        _ = await SnapshotAsync();
        _backend.FailOnce(RehearsedVerb.Restore, "vm3", "no room");
        Assert.That(async () => await RestoreAsync(SameHosts), Throws.InstanceOf<HypervisorException>().With.Message.Contains("no room").And.Message.Contains("set is intact"));
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Condition), Has.None.EqualTo(GuestCondition.Running));
        await RestoreAsync(SameHosts);
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Condition), Is.All.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task Sets_of_other_backends_and_guests_that_are_not_known_are_refused_before_anything_is_ended()
    {
        SetManifest set = (await SnapshotAsync()).Set;
        var restore = new SetRestore(_backend, _sets);
        Assert.That(async () => await restore.RunAsync(set with { Backend = "qemu" }, SameHosts, Deadline), Throws.InstanceOf<GuestSetException>().With.Message.Contains("--backend qemu"));
        Assert.That(async () => await restore.RunAsync(set, new Dictionary<string, string> { ["vm9"] = "a" }, Deadline), Throws.InstanceOf<HypervisorException>().With.Message.Contains("vm9"));
        Assert.That((await _backend.GuestsAsync()).Select(static guest => guest.Condition), Is.All.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task Guests_in_the_background_need_a_silent_job_and_never_stand_still()
    {
        Assert.That(async () => await SnapshotAsync(new SnapshotOptions { InBackground = true }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("no common instant"));
        _ = await SnapshotAsync(new SnapshotOptions { InBackground = true, Silence = SetSilence.Quiesced });
        Assert.That(Verbs(), Is.EqualTo(new[] { "save", "save", "save" }));
        Assert.That(_sets.Verify(1).Silence, Is.EqualTo(SetSilence.Quiesced));
    }

    [Test]
    public void A_job_of_which_a_guest_is_missing_is_not_saved()
    {
        _backend.Lose("vm2");
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("guest vm2"));
        Assert.That(async () => await SnapshotAsync(new SnapshotOptions { Guests = ["vm1", "vm7"] }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("'vm7'"));
        Assert.That(Directory.Exists(_sets.Location), Is.False);
    }

    private Task<SnapshotResult> SnapshotAsync(SnapshotOptions? options = null) => new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(options ?? new SnapshotOptions());

    private Task RestoreAsync(IReadOnlyDictionary<string, string> hosts) => new SetRestore(_backend, _sets).RunAsync(_sets.VerifyNewest().Set, hosts, Deadline);

    private string[] Verbs() => [.. _backend.Story.Select(static line => line.Split(' ')[0])];
}
