using System;
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

/// <summary>A move that drops links: devices that cannot move are out while memory is copied, and in again wherever the guest is afterwards.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class UnplugTests
{
    private static readonly QmpDeadlines Deadlines = new()
    {
        Greeting = TimeSpan.FromMilliseconds(500),
        Command = TimeSpan.FromSeconds(1),
        Quit = TimeSpan.FromSeconds(1),
        Start = TimeSpan.FromMilliseconds(500),
    };

    private static readonly MigrationOptions ToB = new() { TargetHost = "b", Links = LinkTreatment.Drop, Deadline = TimeSpan.FromSeconds(5), UnplugDeadline = TimeSpan.FromMilliseconds(300) };

    private string _folder = "";
    private FakeQemu _source = null!;
    private FakeQemu _target = null!;

    [SetUp]
    public void MakeBothEnds()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-unplug-").FullName;
        _source = new FakeQemu(Path.Combine(_folder, "vm1@a"), "running");
        _target = new FakeQemu(Path.Combine(_folder, "vm1@b"), "inmigrate");
        _source.Devices.UnionWith(["net0", "ib0"]);
        _target.Devices.Add("net0");
    }

    [TearDown]
    public async Task RemoveBothEnds()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task The_job_is_silent_then_the_device_goes_then_the_guest_and_the_device_is_back_before_the_job_goes_on()
    {
        Arrives("""{"status": "pre-switchover"}""", FakeQemu.Completed);
        bool wasThereAtSilence = false, isThereAtRelease = false;
        MigrationResult result = await Backend().MigrateAsync("vm1", ToB with
        {
            BeforeSwitchOver = _ =>
            {
                wasThereAtSilence = _source.Devices.Contains("ib0");
                return Task.CompletedTask;
            },
            AfterSwitchOver = () =>
            {
                isThereAtRelease = _target.Devices.Contains("ib0");
                return Task.CompletedTask;
            },
        });
        Assert.That((wasThereAtSilence, isThereAtRelease, result.Remark), Is.EqualTo((true, true, (string?)null)));
        Assert.That(_source.Commands().Where(static command => command is "device_del" or "migrate"), Is.EqualTo(new[] { "device_del", "migrate" }), "QEMU copies no guest that has such a device");
        Assert.That(_source.Devices, Is.EquivalentTo(new[] { "net0" }), "what moves is left alone");
        using JsonDocument arguments = JsonDocument.Parse(_target.ArgumentsOf("device_add"));
        Assert.That(arguments.RootElement.EnumerateObject().Select(static one => $"{one.Name}={one.Value}"), Is.EquivalentTo(new[] { "id=ib0", "driver=vfio-pci", "host=0000:af:00.1" }));
    }

    [Test]
    public async Task A_move_that_fails_plugs_the_device_in_where_it_was()
    {
        _source.Migrates("""{"status": "failed", "error-desc": "no"}""");
        MigrationFailedException error = await FailsAsync(ToB);
        Assert.That(error.GuestIsOn, Is.EqualTo("a"));
        Assert.That(_source.Devices, Does.Contain("ib0"));
        Assert.That(_source.ArgumentsOf("device_add"), Does.Contain("0000:3b:00.2"));
    }

    [Test]
    public async Task A_move_that_is_given_up_plugs_the_device_in_where_it_was()
    {
        using var stop = new CancellationTokenSource();
        _source.Migrates(FakeQemu.Active(500_000_000));
        _source.Instead = command =>
        {
            if (command == "query-migrate" && _source.Commands().Contains("migrate")) stop.Cancel();
            if (command == "migrate_cancel") _source.Migrates("""{"status": "cancelled"}""");
            return null;
        };
        Assert.That(async () => await Backend().MigrateAsync("vm1", ToB, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_source.Devices, Does.Contain("ib0"));
        await Task.CompletedTask;
    }

    [Test]
    public async Task A_job_that_cannot_be_silenced_keeps_its_devices()
    {
        MigrationFailedException error = await FailsAsync(ToB with { BeforeSwitchOver = static _ => throw new InvalidOperationException("rank 3 does not answer") });
        Assert.That((error.GuestIsOn, error.Message.Contains("rank 3 does not answer", StringComparison.Ordinal)), Is.EqualTo(("a", true)));
        Assert.That(_source.Commands(), Does.Not.Contain("device_del").And.Not.Contain("migrate"));
    }

    [Test]
    public async Task A_guest_that_does_not_let_go_is_not_moved()
    {
        _source.LetsGo = false;
        MigrationFailedException error = await FailsAsync(ToB);
        Assert.That((error.GuestIsOn, error.Message), Is.EqualTo(("a", error.Message)));
        Assert.That(error.Message, Does.Contain("has not let go of ib0 within 0.3 s"));
        Assert.That(_source.Commands(), Does.Not.Contain("migrate"));
        Assert.That(_source.Devices, Does.Contain("ib0"));
    }

    [Test]
    public async Task A_device_that_cannot_be_plugged_in_is_told_whether_the_move_went_well_or_not()
    {
        const string refusal = """{"class": "GenericError", "desc": "no such host device"}""";
        Arrives(FakeQemu.Completed);
        Func<string, string?> arrives = _target.Instead;
        _target.Instead = command => command == "device_add" ? refusal : arrives(command);
        Assert.That((await Backend().MigrateAsync("vm1", ToB)).Remark, Does.Contain("host b").And.Contain("ib0").And.Contain("no such host device"));

        await RemoveBothEnds();
        MakeBothEnds();
        _source.Migrates("""{"status": "failed"}""");
        _source.Instead = static command => command == "device_add" ? refusal : null;
        MigrationFailedException error = await FailsAsync(ToB);
        Assert.That(error.GuestIsOn, Is.EqualTo("a"));
        Assert.That(error.Message, Does.Contain("no such host device").And.Contain("by hand"));
    }

    [Test]
    public async Task A_device_that_a_broken_move_has_left_out_is_plugged_in_by_the_next()
    {
        _ = _source.Devices.Remove("ib0");
        Arrives(FakeQemu.Completed);
        Assert.That((await Backend().MigrateAsync("vm1", ToB)).Remark, Is.Null);
        Assert.That(_source.Commands(), Does.Not.Contain("device_del"));
        Assert.That(_target.Devices, Does.Contain("ib0"));
    }

    [Test]
    public void A_guest_with_a_device_that_nobody_could_restore_is_not_saved()
    {
        string state = Path.Combine(_folder, "state");
        Assert.That(async () => await Backend().SaveAsync("vm1", new SaveOptions { File = state }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("ib0").And.Message.Contains("could not be restored"));
        Assert.That(_source.Commands(), Does.Not.Contain("stop").And.Not.Contain("migrate"));
    }

    [Test]
    public async Task Links_are_kept_unless_it_is_said_otherwise_and_nothing_named_is_nothing_dropped()
    {
        Arrives(FakeQemu.Completed);
        _ = await Backend().MigrateAsync("vm1", ToB with { Links = LinkTreatment.Keep });
        Assert.That(_source.Commands().Concat(_target.Commands()), Does.Not.Contain("device_del").And.Not.Contain("device_add"));

        await RemoveBothEnds();
        MakeBothEnds();
        Assert.That(async () => await Backend(unplug: "[]").MigrateAsync("vm1", ToB), Throws.InstanceOf<HypervisorException>().With.Message.Contains("guests[].unplug"));
        _source.Status = "paused";
        Assert.That(async () => await Backend().MigrateAsync("vm1", ToB), Throws.InstanceOf<HypervisorException>().With.Message.Contains("stands still"));
        Assert.That(_source.Commands(), Does.Not.Contain("device_del"));
    }

    [TestCase("""{}""", "no list of devices")]
    [TestCase("""[1]""", "no list of devices")]
    [TestCase("""[{ "driver": "vfio-pci" }]""", "\"id\"")]
    [TestCase("""[{ "id": "ib0" }]""", "\"driver\"")]
    [TestCase("""[{ "id": "ib0", "driver": "vfio-pci", "on": [] }]""", "\"on\" of device ib0")]
    [TestCase("""[{ "id": "ib0", "driver": "vfio-pci" }, { "id": "ib0", "driver": "vfio-pci" }]""", "twice")]
    public void A_file_that_names_no_devices_says_so(string unplug, string why) =>
        Assert.That(() => Backend(unplug), Throws.InstanceOf<GuestFileException>().With.Message.Contains(why));

    private void Arrives(params string[] said)
    {
        _source.Migrates([.. said]);
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

    private QemuBackend Backend(string unplug = """[{ "id": "ib0", "driver": "vfio-pci", "on": { "a": { "host": "0000:3b:00.2" }, "b": { "host": "0000:af:00.1" } } }]""")
    {
        string text = $$"""
            { "sockets": "{{_folder}}/{guest}@{host}", "start": ["true"],
              "hosts": [{ "name": "a", "address": "127.0.0.1" }, { "name": "b", "address": "127.0.0.2" }], "guests": [{ "name": "vm1", "unplug": {{unplug}} }] }
            """;
        return new QemuBackend(GuestFile.Parse(Encoding.UTF8.GetBytes(text), "guests.json"), TimeProvider.System, Deadlines);
    }
}
