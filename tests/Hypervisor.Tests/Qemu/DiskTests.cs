using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.Qmp;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>Disks are frozen with the memory they belong to, copied, and merged: whatever fails, the guest works on and nothing that it wrote is lost.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class DiskTests
{
    private static readonly QmpDeadlines Deadlines = new()
    {
        Greeting = TimeSpan.FromMilliseconds(500),
        Command = TimeSpan.FromSeconds(1),
        Quit = TimeSpan.FromSeconds(1),
        Start = TimeSpan.FromMilliseconds(500),
    };

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private string _folder = "";
    private FakeQemu _qemu = null!;
    private FakeDisks _disks = null!;
    private QemuBackend _backend = null!;
    private GuestSetDirectory _sets = null!;

    private string First => Path.Combine(_folder, "first.raw");

    private string Second => Path.Combine(_folder, "second.raw");

    [SetUp]
    public void MakeGuestWithTwoDisks()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-disks-").FullName;
        foreach (string image in (string[])[First, Second]) File.WriteAllText(image, "at the instant");
        _disks = new FakeDisks(First, Second);
        _qemu = new FakeQemu(Path.Combine(_folder, "vm1@a"), "running") { Disks = _disks };
        _qemu.Migrates(FakeQemu.Completed);
        _backend = Backend();
        _sets = new GuestSetDirectory(Path.Combine(_folder, "sets"));
    }

    [TearDown]
    public async Task RemoveGuest()
    {
        await _backend.DisposeAsync();
        await _qemu.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Disks_are_frozen_while_the_guest_stands_still_and_merged_when_they_are_copied()
    {
        On("cont", () => _disks.Write("written afterwards"));
        SnapshotResult result = await SnapshotAsync();
        Assert.That(
            _qemu.Commands().Where(static command => command is "stop" or "transaction" or "migrate" or "cont" or "block-commit" or "job-complete" or "job-dismiss").Distinct(),
            Is.EqualTo(new[] { "stop", "transaction", "migrate", "cont", "block-commit", "job-complete", "job-dismiss" }));
        SetGuest guest = _sets.Verify(1).Guests.Single();
        Assert.That(guest.Disks.Select(static disk => (disk.Path, disk.Format, disk.LengthBytes)), Is.EqualTo(new[] { (First, "raw", 14L), (Second, "raw", 14L) }));
        Assert.That(guest.Disks.Select(disk => File.ReadAllText(Path.Combine(result.Path, disk.File))), Is.All.EqualTo("at the instant"));
        Assert.That(Content(), Is.EqualTo(new[] { "written afterwards", "written afterwards" }));
        Assert.That(result.Remarks, Is.Empty);
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public void Disks_that_cannot_all_be_frozen_leave_no_set_and_no_file()
    {
        _qemu.Instead = command =>
        {
            if (command != "transaction") return null;
            // The first was made; then QEMU takes all of it back, and leaves the file.
            File.WriteAllText(First + ".overlay", "");
            return """{"class": "GenericError", "desc": "No space left on device"}""";
        };
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("No space left on device").And.Message.Contains("Nothing is left"));
        Assert.That(_sets.Numbers(), Is.Empty);
        Assert.That(Leftovers(), Is.Empty);
        Assert.That(_qemu.Status, Is.EqualTo("running"));
        Assert.That(_qemu.Commands(), Does.Not.Contain("migrate"));
    }

    [Test]
    public void What_a_guest_left_that_ended_beside_its_disk_is_not_written_over()
    {
        File.WriteAllText(Second + ".overlay", "the last words of an earlier guest");
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains(Second + ".overlay").And.Message.Contains("remove it"));
        Assert.That(File.ReadAllText(Second + ".overlay"), Is.EqualTo("the last words of an earlier guest"));
        Assert.That(_qemu.Commands(), Does.Not.Contain("transaction"));
        Assert.That(_qemu.Status, Is.EqualTo("running"));
    }

    [Test]
    public async Task A_merge_that_fails_costs_no_set_and_the_next_snapshot_finishes_it()
    {
        _disks.JobError = "Input/output error";
        SnapshotResult result = await SnapshotAsync();
        Assert.That(result.Remarks.Single(), Does.Contain("Input/output error").And.Contain(First + ".overlay").And.Contain("Nothing is lost"));
        Assert.That(_sets.Verify(1).Guests.Single().Disks, Has.Count.EqualTo(2));
        Assert.That((await _backend.GuestsAsync()).Single().Remark, Does.Contain(First + ".overlay"));

        _disks.JobError = null;
        _disks.Write("written meanwhile");
        Assert.That((await SnapshotAsync()).Remarks, Is.Empty);
        Assert.That(Content(), Is.All.EqualTo("written meanwhile"));
        Assert.That(_sets.Verify(2).Guests.Single().Disks.Select(disk => File.ReadAllText(Path.Combine(_sets.PathOf(2), disk.File))), Is.All.EqualTo("written meanwhile"));
        Assert.That(Leftovers(), Is.Empty);
        Assert.That((await _backend.GuestsAsync()).Single().Remark, Is.Null);
    }

    [Test]
    public async Task A_merge_that_does_not_end_is_given_up_and_the_guest_works_on()
    {
        _ = await SaveAsync();
        _disks.JobsGetReady = false;
        Assert.That(
            async () => await _backend.MergeDisksAsync("vm1", TimeSpan.FromMilliseconds(100)),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains("0.1 s").And.Message.Contains("Nothing is lost"));
        Assert.That(_qemu.Commands().Count(static command => command == "job-cancel"), Is.EqualTo(2));
        using var stop = new CancellationTokenSource();
        On("query-jobs", stop.Cancel);
        Assert.That(async () => await _backend.MergeDisksAsync("vm1", Soon, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());

        _qemu.Instead = static _ => null;
        _disks.JobsGetReady = true;
        await _backend.MergeDisksAsync("vm1", Soon);
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task A_guest_that_ends_in_the_middle_of_a_merge_leaves_what_it_wrote_and_a_word_how_to_get_it()
    {
        _qemu.Instead = static command => command == "job-complete" ? FakeQemu.Dies : null;
        SnapshotResult result = await SnapshotAsync();
        Assert.That(result.Remarks.Single(), Does.Contain($"qemu-img commit {First}.overlay").And.Contain("has ended"));
        Assert.That(Leftovers(), Has.Length.EqualTo(2));
        Assert.That(_sets.Verify(1).Guests.Single().Disks, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_tool_that_dies_with_the_disks_frozen_is_followed_by_one_that_merges_them()
    {
        _ = await SaveAsync();
        await _backend.ResumeAsync("vm1");
        _disks.Write("written afterwards");
        Assert.That(Content(), Is.All.EqualTo("at the instant"));

        await Backend().MergeDisksAsync("vm1", Soon);
        Assert.That(Content(), Is.All.EqualTo("written afterwards"));
        Assert.That(Leftovers(), Is.Empty);
        await Backend().MergeDisksAsync("vm1", Soon);
        Assert.That(_qemu.Commands().Count(static command => command == "block-commit"), Is.EqualTo(2), "there was nothing left to merge");
    }

    [TestCase("job-complete")]
    [TestCase("job-dismiss")]
    public async Task A_tool_that_dies_in_the_middle_of_a_merge_is_followed_by_one_that_ends_it(string before)
    {
        _ = await SaveAsync();
        _qemu.Instead = command => command == before ? FakeQemu.Dies : null;
        Assert.That(async () => await _backend.MergeDisksAsync("vm1", Soon), Throws.InstanceOf<HypervisorException>());
        _qemu.Instead = static _ => null;
        // Between the end of a job and the removal of its file.
        if (before == "job-dismiss") await File.WriteAllTextAsync(First + ".overlay", "merged already");
        int begun = _qemu.Commands().Count(static command => command == "block-commit");

        await Backend().MergeDisksAsync("vm1", Soon);
        Assert.That(_qemu.Commands().Count(static command => command == "block-commit"), Is.EqualTo(begun), "its jobs were there");
        Assert.That(_disks.JobIds, Is.Empty);
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task A_disk_that_cannot_be_copied_leaves_no_set_and_a_guest_whose_disks_are_merged()
    {
        On("cont", () => File.Move(Second, Path.Combine(_folder, "away")));
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains(Second));
        Assert.That(_sets.Numbers(), Is.Empty);
        Assert.That(Leftovers(), Is.Empty);
        Assert.That(_qemu.Status, Is.EqualTo("running"));
        _ = await SnapshotAsync();
    }

    [Test]
    public void A_disk_that_somebody_else_merges_while_it_is_copied_makes_no_set()
    {
        On("cont", () =>
        {
            File.WriteAllText(First, "of another instant");
            File.SetLastWriteTimeUtc(First, DateTime.UnixEpoch);
        });
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains(First).And.Message.Contains("while it was copied"));
        Assert.That(_sets.Numbers(), Is.Empty);
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task A_guest_that_stood_still_keeps_its_overlay_until_it_goes_on()
    {
        await _backend.PauseAsync("vm1");
        On("migrate", () => _qemu.Status = "postmigrate");
        SnapshotResult result = await SnapshotAsync();
        Assert.That(result.Remarks.Single(), Does.Contain("stands still after a save"));
        _qemu.Instead = static _ => null;
        await _backend.ResumeAsync("vm1");
        await _backend.MergeDisksAsync("vm1", Soon);
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task In_the_background_the_guest_is_stopped_for_its_disks_and_goes_on()
    {
        var options = new SnapshotOptions { InBackground = true, Silence = SetSilence.Quiesced };
        _ = await new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(options);
        Assert.That(_qemu.Commands().Where(static command => command is "stop" or "transaction" or "migrate" or "cont"), Is.EqualTo(new[] { "stop", "transaction", "migrate", "cont" }));
        Assert.That(_qemu.Status, Is.EqualTo("running"));
        Assert.That(_sets.Verify(1).Guests.Single().Disks, Has.Count.EqualTo(2));

        _qemu.Instead = static command => command == "transaction" ? """{"class": "GenericError", "desc": "no"}""" : null;
        Assert.That(async () => await new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(options), Throws.InstanceOf<HypervisorException>());
        Assert.That(_qemu.Status, Is.EqualTo("running"), "it goes on whatever fails");
    }

    [TestCase("vmdk", "first.raw", "format 'vmdk'")]
    [TestCase("raw", "/dev/null", "is a device")]
    [TestCase("raw", "/no/such/image", "is not seen from here")]
    [TestCase("raw", "relative.raw", "full path")]
    public async Task Disks_that_cannot_be_copied_are_refused_by_name_before_anything_is_frozen(string format, string image, string why)
    {
        _qemu.Disks = new FakeDisks(image == "first.raw" ? First : image) { Format = format };
        Assert.That(async () => await SnapshotAsync(), Throws.InstanceOf<HypervisorException>().With.Message.Contains(why).And.Message.Contains(image));
        Assert.That(_qemu.Commands(), Does.Not.Contain("transaction"));
        Assert.That((await _backend.GuestsAsync()).Single().Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_guest_comes_back_with_the_disks_of_its_set_and_the_others_go_when_all_is_well()
    {
        SetManifest set = (await SnapshotAsync()).Set;
        _disks.Write("written afterwards");
        _ = await SaveAsync("later");
        string[] before = [];
        Restarts(() => before = [.. Content(), .. Leftovers().Select(Path.GetFileName)!]);

        await RestoreAsync(set);
        Assert.That(before, Is.SupersetOf(new[] { "at the instant", "first.raw.before-restore", "first.raw.overlay.before-restore" }), "kept until the guest is back");
        Assert.That(Content(), Is.All.EqualTo("at the instant"));
        Assert.That(Leftovers(), Is.Empty);
        _disks.Write("written after the restore");
        Assert.That(_sets.Verify(1).Number, Is.EqualTo(1), "the set's own files are never written to");
    }

    [Test]
    public async Task A_restore_that_fails_keeps_the_disks_that_were_there_and_can_be_made_again()
    {
        SetManifest set = (await SnapshotAsync()).Set;
        _disks.Write("written afterwards");
        Restarts(static () => { });
        _qemu.Migrates("""{"status": "failed", "error-desc": "no"}""");
        Assert.That(async () => await RestoreAsync(set), Throws.InstanceOf<HypervisorException>().With.Message.Contains(First + ".before-restore").And.Message.Contains("set is intact"));
        Assert.That(await File.ReadAllTextAsync(First + ".before-restore"), Is.EqualTo("written afterwards"));
        Assert.That(async () => await RestoreAsync(set), Throws.InstanceOf<HypervisorException>());
        Assert.That(await File.ReadAllTextAsync(First + ".before-restore"), Is.EqualTo("written afterwards"), "not the one that the first try had put there");

        _qemu.Migrates(FakeQemu.Completed);
        await RestoreAsync(set);
        Assert.That(Content(), Is.All.EqualTo("at the instant"));
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task Nothing_is_ended_before_all_disks_of_a_set_are_there()
    {
        SetManifest set = (await SnapshotAsync()).Set;
        await File.WriteAllTextAsync(Path.Combine(_sets.PathOf(1), set.Guests[0].Disks[1].File), "something else!");
        Assert.That(async () => await RestoreAsync(set), Throws.InstanceOf<GuestSetException>());
        SetManifest elsewhere = set with { Guests = [set.Guests[0] with { Disks = [set.Guests[0].Disks[0] with { Path = "/no/such/folder/disk" }] }] };
        Assert.That(async () => await RestoreAsync(elsewhere), Throws.InstanceOf<HypervisorException>().With.Message.Contains("/no/such/folder/disk").And.Message.Contains("Nothing was ended"));
        Assert.That(_qemu.Commands(), Does.Not.Contain("quit"));
        Assert.That(Leftovers(), Is.Empty);
    }

    [Test]
    public async Task A_start_command_that_gives_other_disks_is_refused()
    {
        SetManifest set = (await SnapshotAsync()).Set;
        Restarts(() => _qemu.Disks = new FakeDisks(First, Path.Combine(_folder, "third.raw")));
        Assert.That(async () => await RestoreAsync(set), Throws.InstanceOf<HypervisorException>().With.Message.Contains($"it lacks {Second}").And.Message.Contains("third.raw is not in the saved state"));
    }

    [Test]
    public async Task A_move_merges_what_is_left_and_needs_the_same_disks_at_its_target()
    {
        await using var target = new FakeQemu(Path.Combine(_folder, "vm1@b"), "inmigrate") { Disks = new FakeDisks(First) };
        _disks.Write("at the instant");
        _ = await SaveAsync();
        await _backend.ResumeAsync("vm1");
        var toB = new MigrationOptions { TargetHost = "b", Deadline = Soon };
        Assert.That(
            async () => await _backend.MigrateAsync("vm1", toB),
            Throws.InstanceOf<MigrationFailedException>().With.Message.Contains(Second).And.Message.Contains("storage that both hosts share").And.Property(nameof(MigrationFailedException.GuestIsOn)).EqualTo("a"));
        Assert.That(Leftovers(), Is.Empty, "merged before the target was started");

        target.Disks = new FakeDisks(First, Second);
        target.Instead = command =>
        {
            if (command == "query-status" && _qemu.Commands().Count(static heard => heard == "migrate") == 2) target.Status = "running";
            return null;
        };
        Assert.That((await _backend.MigrateAsync("vm1", toB)).To, Is.EqualTo("b"));
    }

    [Test]
    public void A_copy_has_the_same_bytes_wherever_they_are()
    {
        string from = Path.Combine(_folder, "from"), to = Path.Combine(_folder, "to");
        byte[] bytes = new byte[(5 << 20) + 12_345];
        var random = new Random(7);
        foreach (int at in (int[])[0, 65_535, 65_536, (1 << 20) - 1, 3 << 20, bytes.Length - 1]) bytes[at] = (byte)random.Next(1, 256);
        foreach (int length in (int[])[bytes.Length, 1 << 20, 65_536, 1, 0])
        {
            File.WriteAllBytes(from, bytes[..length]);
            (long lengthBytes, string checksum) = DiskImage.Copy(from, to, null, CancellationToken.None);
            Assert.That(File.ReadAllBytes(to), Is.EqualTo(bytes[..length]));
            Assert.That((lengthBytes, checksum), Is.EqualTo(GuestSetDirectory.ReadFile(from)));
        }
    }

    private Task<SnapshotResult> SnapshotAsync() => new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(new SnapshotOptions());

    /// <summary>A save of which nobody merges the disks: its tool has died.</summary>
    private Task<SavedState> SaveAsync(string file = "state") => _backend.SaveAsync("vm1", new SaveOptions { File = Path.Combine(_folder, file), WithDisks = true });

    private Task RestoreAsync(SetManifest set) => new SetRestore(_backend, _sets).RunAsync(set, new System.Collections.Generic.Dictionary<string, string>(), Soon);

    /// <summary>Its process may be ended, and the next one waits for a state.</summary>
    private void Restarts(Action started) => _qemu.Instead = command =>
    {
        if (command == "quit")
        {
            _qemu.Status = "inmigrate";
            _disks.Restart();
        }

        if (command == "migrate-incoming") _qemu.Status = "paused";
        if (command == "query-block" && _qemu.Status == "inmigrate") started();
        return null;
    };

    private void On(string command, Action act)
    {
        Func<string, string?> before = _qemu.Instead;
        bool wasDone = false;
        _qemu.Instead = heard =>
        {
            if (heard == command && !wasDone)
            {
                wasDone = true;
                act();
            }

            return before(heard);
        };
    }

    private string[] Content() => [File.ReadAllText(First), File.ReadAllText(Second)];

    private string[] Leftovers() => [.. Directory.EnumerateFiles(_folder).Where(static file => file.Contains(".raw.", StringComparison.Ordinal))];

    private QemuBackend Backend()
    {
        string text = $$"""
            { "sockets": "{{_folder}}/{guest}@{host}", "start": ["true"],
              "hosts": [{ "name": "a", "address": "127.0.0.1" }, { "name": "b", "address": "127.0.0.2" }], "guests": [{ "name": "vm1" }] }
            """;
        return new QemuBackend(GuestFile.Parse(Encoding.UTF8.GetBytes(text), "guests.json"), TimeProvider.System, Deadlines);
    }
}
