using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.Qmp;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>What a QEMU at either end of a move may do, and where the guest is afterwards.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class QemuBackendTests
{
    private static readonly QmpDeadlines Deadlines = new()
    {
        Greeting = TimeSpan.FromMilliseconds(500),
        Command = TimeSpan.FromSeconds(1),
        Quit = TimeSpan.FromSeconds(1),
        Start = TimeSpan.FromMilliseconds(500),
    };

    private static readonly MigrationOptions ToB = new() { TargetHost = "b", Deadline = TimeSpan.FromSeconds(10) };

    private string _folder = "";
    private FakeQemu _source = null!;
    private FakeQemu _target = null!;

    [SetUp]
    public void MakeBothEnds()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-qemu-").FullName;
        _source = new FakeQemu(Path.Combine(_folder, "vm1@a"), "running");
        _target = new FakeQemu(Path.Combine(_folder, "vm1@b"), "inmigrate");
    }

    [TearDown]
    public async Task RemoveBothEnds()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Every_capability_is_set_on_or_off_and_alike_at_both_ends()
    {
        Arrives();
        _ = await Backend().MigrateAsync("vm1", ToB with { Mode = MigrationMode.Postcopy });
        string[] source = States(_source), target = States(_target);
        Assert.That(source, Is.EquivalentTo(target));
        Assert.That(source, Is.EquivalentTo(new[] { "xbzrle=False", "events=True", "return-path=True", "postcopy-ram=True", "pause-before-switchover=False", "background-snapshot=False" }));
        Assert.That(_source.Commands().Last(), Is.EqualTo("quit"));
        Assert.That(_source.ArgumentsOf("migrate"), Does.Contain("tcp:127.0.0.2:4711"), "the target's address, and the port that it says");
    }

    [Test]
    public async Task Completed_without_times_is_asked_again()
    {
        Arrives("""{"status": "completed", "total-time": 0}""", """{"status": "completed"}""", FakeQemu.Completed);
        MigrationResult result = await Backend().MigrateAsync("vm1", ToB);
        Assert.That((result.Took, result.Downtime, result.SentBytes), Is.EqualTo((TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(5), 900L)));
    }

    [Test]
    public async Task A_target_that_refuses_leaves_the_guest_at_its_source_and_is_ended()
    {
        _source.Migrates(FakeQemu.Active(500_000_000), """{"status": "failed", "error-desc": "Unable to write to socket: Broken pipe"}""");
        MigrationFailedException error = await FailsAsync(ToB);
        Assert.That(error.GuestIsOn, Is.EqualTo("a"));
        Assert.That(error.Message, Does.Contain("Broken pipe"));
        Assert.That(_target.Commands(), Does.Contain("quit"));
        Assert.That(_source.Commands(), Does.Not.Contain("quit"));
    }

    [Test]
    public async Task A_guest_that_stands_still_after_a_failure_is_let_go_on()
    {
        _source.Migrates("""{"status": "failed"}""");
        _source.Instead = command =>
        {
            if (command == "migrate") _source.Status = "finish-migrate";
            return null;
        };
        _ = await FailsAsync(ToB);
        Assert.That(_source.Status, Is.EqualTo("running"));
    }

    [Test]
    public async Task A_source_that_dies_half_way_is_said_to_have_lost_the_guest()
    {
        int asked = 0;
        _source.Migrates(FakeQemu.Active(500_000_000));
        _source.Instead = command => command == "query-migrate" && ++asked > 3 ? FakeQemu.Dies : null;
        MigrationFailedException error = await FailsAsync(ToB);
        Assert.That(error.GuestIsOn, Is.Null);
        Assert.That(error.Message, Does.Contain("host a").And.Contain("restore it"));
        Assert.That(_target.Commands(), Does.Contain("quit"), "half a guest is no guest");
    }

    [Test]
    public async Task A_source_that_dies_when_the_guest_has_arrived_loses_nothing()
    {
        _source.Instead = command =>
        {
            if (command != "query-migrate") return null;
            _target.Status = "running";
            return FakeQemu.Dies;
        };
        MigrationResult result = await Backend().MigrateAsync("vm1", ToB);
        Assert.That(result.To, Is.EqualTo("b"));
        Assert.That(result.Remark, Does.Contain("host a died"));
    }

    [Test]
    public async Task A_target_where_the_guest_does_not_work_on_is_said_to_have_lost_it()
    {
        _source.Migrates(FakeQemu.Completed);
        MigrationFailedException error = await FailsAsync(ToB);
        Assert.That(error.GuestIsOn, Is.Null);
        Assert.That(_source.Commands(), Does.Not.Contain("quit"), "the last state there is must not be thrown away");
    }

    [Test]
    public async Task A_move_that_is_given_up_is_cancelled_at_the_source()
    {
        using var stop = new CancellationTokenSource();
        _source.Migrates(FakeQemu.Active(500_000_000));
        _source.Instead = command =>
        {
            if (command == "query-migrate") stop.Cancel();
            if (command == "migrate_cancel") _source.Migrates("""{"status": "cancelling"}""", """{"status": "cancelled"}""");
            return null;
        };
        Assert.That(async () => await Backend().MigrateAsync("vm1", ToB, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_source.Commands(), Does.Contain("migrate_cancel"));
        Assert.That(_source.Status, Is.EqualTo("running"));
    }

    [Test]
    public async Task Giving_up_that_comes_too_late_is_a_move()
    {
        using var stop = new CancellationTokenSource();
        Arrives(FakeQemu.Active(500_000_000));
        _source.Instead = command =>
        {
            if (command == "query-migrate") stop.Cancel();
            if (command == "migrate_cancel") _target.Status = "running";
            return null;
        };
        Assert.That((await Backend().MigrateAsync("vm1", ToB, null, stop.Token)).To, Is.EqualTo("b"));
        Assert.That(_source.Commands(), Does.Contain("migrate_cancel"));
    }

    [Test]
    public async Task A_move_that_does_not_end_is_given_up_at_its_deadline()
    {
        _source.Migrates(FakeQemu.Active(500_000_000));
        _source.Instead = command =>
        {
            if (command == "migrate_cancel") _source.Migrates("""{"status": "cancelled"}""");
            return null;
        };
        MigrationFailedException error = await FailsAsync(ToB with { Deadline = TimeSpan.FromMilliseconds(200) });
        Assert.That((error.GuestIsOn, error.Message.Contains("0.2 s")), Is.EqualTo(("a", true)), error.Message);
    }

    [Test]
    public async Task Until_the_job_is_silent_nothing_switches_over_by_itself()
    {
        var limits = new List<string>();
        _source.Migrates(FakeQemu.Active(500_000_000), FakeQemu.Active(1000));
        var silent = false;
        MigrationOptions options = ToB with
        {
            BeforeSwitchOver = _ =>
            {
                limits.AddRange(Limits());
                silent = true;
                Arrives("""{"status": "pre-switchover"}""", FakeQemu.Completed);
                return Task.CompletedTask;
            },
        };
        _ = await Backend().MigrateAsync("vm1", options);
        Assert.That(silent, Is.True);
        Assert.That(limits, Is.EqualTo(new[] { "1", "1" }), "at the start, and when the copy is slowed down to a trickle");
        Assert.That(_source.Commands(), Does.Contain("migrate-continue"));
        Assert.That(States(_source), Does.Contain("pause-before-switchover=True"));
    }

    [Test]
    public async Task A_copy_that_is_quicker_than_the_silencing_is_made_again_when_the_job_is_silent()
    {
        int silenced = 0, migrations = 0;
        _source.Migrates("""{"status": "active"}""", """{"status": "pre-switchover"}""");
        _source.Instead = command =>
        {
            if (command == "migrate_cancel") _source.Migrates("""{"status": "cancelled"}""");
            if (command == "migrate" && ++migrations == 2) Arrives("""{"status": "pre-switchover"}""", FakeQemu.Completed);
            return null;
        };
        MigrationOptions options = ToB with
        {
            BeforeSwitchOver = _ =>
            {
                silenced++;
                return Task.CompletedTask;
            },
        };
        MigrationResult result = await Backend().MigrateAsync("vm1", options);
        Assert.That((silenced, migrations), Is.EqualTo((1, 2)));
        Assert.That(result.Remark, Does.Contain("made twice"));
    }

    [Test]
    public async Task A_guest_that_writes_faster_than_the_wire_carries_is_silenced_when_it_does_not_shrink()
    {
        _source.Migrates([.. Enumerable.Range(1, 8).Select(static pass => FakeQemu.Active(900_000_000, pass))]);
        bool wasCalled = false;
        MigrationOptions options = ToB with
        {
            BeforeSwitchOver = _ =>
            {
                wasCalled = true;
                Arrives("""{"status": "pre-switchover"}""", FakeQemu.Completed);
                return Task.CompletedTask;
            },
        };
        _ = await Backend().MigrateAsync("vm1", options);
        Assert.That(wasCalled, Is.True);
    }

    [Test]
    public async Task What_a_broken_move_left_at_the_target_is_ended_and_a_second_guest_is_not()
    {
        Arrives();
        _ = await Backend().MigrateAsync("vm1", ToB);
        Assert.That(_target.Commands().TakeWhile(static command => command != "migrate-incoming"), Does.Contain("quit"));

        _source.Status = "running";
        _target.Status = "paused";
        Assert.That(async () => await Backend().MigrateAsync("vm1", ToB), Throws.InstanceOf<HypervisorException>().With.Message.Contains("a second guest"));
    }

    [Test]
    public async Task A_guest_whose_socket_has_another_owner_is_listed_and_refused()
    {
        await using QmpConnection owner = await QmpConnection.OpenAsync(Path.Combine(_folder, "vm1@a"), Deadlines, TimeProvider.System);
        await using QmpConnection other = await QmpConnection.OpenAsync(Path.Combine(_folder, "vm1@b"), Deadlines, TimeProvider.System);
        Guest guest = (await Backend().GuestsAsync()).Single();
        Assert.That((guest.Condition, guest.Remark), Is.EqualTo((GuestCondition.Unknown, guest.Remark)));
        Assert.That(guest.Remark, Does.Contain("another program holds it"));
        Assert.That(async () => await Backend().PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("another program holds it"));
    }

    [Test]
    public async Task A_guest_that_is_arriving_elsewhere_says_where()
    {
        _source.Status = "running";
        _target.Status = "inmigrate";
        Assert.That((await Backend().GuestsAsync()).Single().ArrivingOn, Is.Null, "left behind: nobody sends it anything");
        _source.Migrates(FakeQemu.Active(1000));
        Guest guest = (await Backend().GuestsAsync()).Single();
        Assert.That((guest.Host, guest.Condition, guest.ArrivingOn), Is.EqualTo(("a", GuestCondition.Running, "b")));
        _target.Status = "running";
        _source.Status = "postmigrate";
        guest = (await Backend().GuestsAsync()).Single();
        Assert.That((guest.Host, guest.ArrivingOn), Is.EqualTo(("b", (string?)null)), "what has left is not arriving");
    }

    [Test]
    public async Task A_capability_that_this_qemu_lacks_is_named_before_anything_is_started()
    {
        MigrationFailedException error = await FailsAsync(ToB with { MultifdChannels = 2 });
        Assert.That(error.Message, Does.Contain("'multifd'").And.Contain("7.2.22"));
        Assert.That(_source.Commands(), Does.Not.Contain("migrate"));
    }

    [Test]
    public void A_start_command_that_fails_is_quoted_with_what_it_said()
    {
        Assert.That(
            async () => await Backend("sh", "-c", "echo no room on {host} >&2; exit 5").MigrateAsync("vm1", ToB),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains("no room on b").And.Message.Contains("ended with 5"));
        Assert.That(async () => await Backend("no-such-command").MigrateAsync("vm1", ToB), Throws.InstanceOf<HypervisorException>().With.Message.Contains("'no-such-command'"));
        Assert.That(_source.Commands(), Does.Not.Contain("migrate"));
    }

    [Test]
    public async Task A_start_command_that_brings_up_no_socket_is_given_up()
    {
        await _target.DisposeAsync();
        Assert.That(async () => await Backend().MigrateAsync("vm1", ToB), Throws.InstanceOf<HypervisorException>());
        Assert.That(async () => await Backend("sleep", "60").MigrateAsync("vm1", ToB), Throws.InstanceOf<HypervisorException>().With.Message.Contains("did not start"));
        _target = new FakeQemu(Path.Combine(_folder, "vm1@b"), "inmigrate");
    }

    [Test]
    public async Task A_guest_that_has_vanished_is_absent_and_every_verb_says_so()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "vm1@a"), "left behind");
        Assert.That((await Backend().GuestsAsync()).Single().Condition, Is.EqualTo(GuestCondition.Absent));
        Assert.That(async () => await Backend().ResumeAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("is on no host"));
        MakeBothEndsAgain();
    }

    [Test]
    public void Memory_without_the_disks_that_belong_to_it_is_not_saved()
    {
        _source.Instead = static command => command == "query-block" ? """[{"device": "drive0", "inserted": {"ro": false, "file": "/disks/vm1.raw"} }]""" : null;
        Assert.That(
            async () => await Backend().SaveAsync("vm1", new SaveOptions { File = Path.Combine(_folder, "state") }),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains("/disks/vm1.raw"));
        Assert.That(_source.Commands(), Does.Not.Contain("stop").And.Not.Contain("migrate"));
    }

    [Test]
    public void A_state_that_cannot_be_written_leaves_no_file_and_says_why()
    {
        string file = Path.Combine(_folder, "it's here");
        _source.Migrates("""{"status": "failed", "error-desc": "No space left on device"}""");
        Assert.That(async () => await Backend().SaveAsync("vm1", new SaveOptions { File = file }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("No space left"));
        Assert.That(File.Exists(file), Is.False);
        using JsonDocument arguments = JsonDocument.Parse(_source.ArgumentsOf("migrate"));
        Assert.That(arguments.RootElement.GetProperty("uri").GetString(), Does.EndWith($"mv -n '{_folder}/it'\\''s here.part' '{_folder}/it'\\''s here'"));
    }

    private void MakeBothEndsAgain()
    {
        File.Delete(Path.Combine(_folder, "vm1@a"));
        _source = new FakeQemu(Path.Combine(_folder, "vm1@a"), "running");
        _target = new FakeQemu(Path.Combine(_folder, "vm1@b"), "inmigrate");
    }

    /// <summary>Lets the move go well: when the source has said all this, the guest works at its target.</summary>
    private void Arrives(params string[] said)
    {
        _source.Migrates([.. said, FakeQemu.Completed]);
        _target.Instead = command =>
        {
            if (command == "query-status" && _source.HasSent) _target.Status = "running";
            return null;
        };
    }

    private async Task<MigrationFailedException> FailsAsync(MigrationOptions options)
    {
        try
        {
            _ = await Backend().MigrateAsync("vm1", options);
        }
        catch (MigrationFailedException e)
        {
            return e;
        }

        throw new AssertionException("the move was to fail");
    }

    private QemuBackend Backend(params string[] start)
    {
        if (start.Length == 0) start = ["true"];
        string text = $$"""
            { "sockets": "{{_folder}}/{guest}@{host}", "start": {{JsonSerializer.Serialize(start)}},
              "hosts": [{ "name": "a", "address": "127.0.0.1" }, { "name": "b", "address": "127.0.0.2" }], "guests": [{ "name": "vm1" }] }
            """;
        return new QemuBackend(GuestFile.Parse(Encoding.UTF8.GetBytes(text), "guests.json"), TimeProvider.System, Deadlines);
    }

    private static string[] States(FakeQemu qemu)
    {
        using JsonDocument document = JsonDocument.Parse(qemu.ArgumentsOf("migrate-set-capabilities"));
        return [.. document.RootElement.GetProperty("capabilities").EnumerateArray().Select(static one => $"{one.GetProperty("capability").GetString()}={one.GetProperty("state").GetBoolean()}")];
    }

    private IEnumerable<string> Limits()
    {
        foreach ((string command, string arguments) in _source.Heard.Where(static heard => heard.Command == "migrate-set-parameters"))
        {
            using JsonDocument document = JsonDocument.Parse(arguments);
            yield return document.RootElement.GetProperty("downtime-limit").GetRawText();
        }
    }
}
