using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Libvirt;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Libvirt;

/// <summary>
/// The binding and the verbs against the driver that libvirt's library brings for tests: a hypervisor in this process, with one running domain called "test", and
/// no daemon. It moves nothing; what it cannot do is to fail with words, and to change nothing.
/// </summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class LibvirtTestDriverTests
{
    private const string Hosts = """{ "name": "a", "address": "10.0.0.1", "libvirt": "test:///default" }""";

    private string _folder = "";
    private LibvirtConnection _kept = null!;
    private LibvirtBackend _backend = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        LibvirtLibraryTests.NeedsLibrary();
        _folder = Directory.CreateTempSubdirectory("hpcvirt-libvirt-").FullName;
        // As long as one connection is open, all of this process share what the driver plays.
        _kept = await LibvirtConnection.OpenAsync("a", "test:///default", new LibvirtDeadlines(), TimeProvider.System, CancellationToken.None);
        _backend = Backend(Hosts, "test", "other");
    }

    [TearDown]
    public async Task DisconnectAsync()
    {
        if (_kept is not null) await _kept.DisposeAsync();
        if (_backend is not null) await _backend.DisposeAsync();
        if (_folder.Length > 0) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Guests_are_listed_with_host_condition_and_memory_and_one_that_is_nowhere_is_absent()
    {
        IReadOnlyList<Guest> guests = await _backend.GuestsAsync();
        Assert.That(guests[0], Is.EqualTo(new Guest("test", "a", GuestCondition.Running, 8L << 30)));
        Assert.That((guests[1].Name, guests[1].Host, guests[1].Condition), Is.EqualTo(("other", (string?)null, GuestCondition.Absent)));
    }

    [Test]
    public async Task A_guest_is_paused_and_goes_on_and_both_may_be_said_twice()
    {
        for (int round = 0; round < 2; round++)
        {
            await _backend.PauseAsync("test");
            Assert.That((await _backend.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Paused));
        }

        for (int round = 0; round < 2; round++)
        {
            await _backend.ResumeAsync("test");
            Assert.That((await _backend.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Running));
        }
    }

    [Test]
    public void A_guest_that_is_on_no_host_is_refused_with_the_hosts_that_were_asked() =>
        Assert.That(async () => await _backend.PauseAsync("other"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("guest other is active on none of a"));

    [Test]
    public async Task A_save_that_the_driver_cannot_do_leaves_the_guest_running_and_no_file()
    {
        string file = Path.Combine(_folder, "state");
        Assert.That(
            async () => await _backend.SaveAsync("test", new SaveOptions { File = file }),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains(file).Or.Message.Contains("test"));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty);
        Assert.That((await _backend.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task What_libvirt_does_not_know_as_a_state_ends_no_guest()
    {
        string file = Path.Combine(_folder, "state");
        await File.WriteAllTextAsync(file, "no state");
        Assert.That(
            async () => await _backend.RestoreAsync("test", new RestoreOptions { File = file, Host = "a", EndsRunning = true }),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains(file).And.Message.Contains("libvirt on host a failed"));
        Assert.That((await _backend.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_move_that_the_driver_cannot_do_fails_and_says_where_the_guest_works_on()
    {
        await using LibvirtBackend two = Backend(Hosts + """, { "name": "b", "address": "10.0.0.2", "libvirt": "test:///""" + EmptyHost() + "\" }", "test");
        Assert.That(
            async () => await two.MigrateAsync("test", new MigrationOptions { TargetHost = "b" }),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains("guest test").And.Message.Contains("host a"));
        Assert.That((await _backend.GuestsAsync())[0], Is.EqualTo(new Guest("test", "a", GuestCondition.Running, 8L << 30)));
    }

    [Test]
    public void What_libvirt_does_otherwise_is_refused_before_anything_is_done()
    {
        string file = Path.Combine(_folder, "state");
        Assert.That(async () => await _backend.SaveAsync("test", new SaveOptions { File = file, InBackground = true }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("background"));
        Assert.That(async () => await _backend.SaveAsync("test", new SaveOptions { File = file, Compression = StateCompression.Lz4 }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("snapshot_image_format"));
        Assert.That(async () => await _backend.MigrateAsync("test", new MigrationOptions { TargetHost = "a", BandwidthBytesPerSecondMax = 100_000 }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("MiB/s"));
        Assert.That(_backend.Capabilities.Names(), Does.Not.Contain("background-save"));
    }

    [Test]
    public async Task A_host_that_does_not_answer_makes_its_guests_unknown_and_costs_the_others_nothing()
    {
        await using LibvirtBackend two = Backend(Hosts + """, { "name": "b", "address": "10.0.0.2", "libvirt": "qemu+unix:///system?socket=/nowhere/libvirt-sock" }""", "test", "other");
        IReadOnlyList<Guest> guests = await two.GuestsAsync();
        Assert.That((guests[0].Host, guests[0].Condition), Is.EqualTo(("a", GuestCondition.Running)));
        Assert.That(guests[1].Condition, Is.EqualTo(GuestCondition.Unknown));
        Assert.That(guests[1].Remark, Does.Contain("libvirt on host b failed").And.Contain("/nowhere/libvirt-sock"));
    }

    [Test]
    public void A_file_without_libvirts_is_refused_by_the_first_host_that_lacks_one()
    {
        GuestFile file = GuestFile.Parse(Encoding.UTF8.GetBytes("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1" }], "guests": [] }"""), "/guests.json");
        Assert.That(() => new LibvirtBackend(file, TimeProvider.System), Throws.InstanceOf<GuestFileException>().With.Message.Contains("host a has no \"libvirt\""));
    }

    private static LibvirtBackend Backend(string hosts, params string[] guests) => new(
        GuestFile.Parse(Encoding.UTF8.GetBytes($$"""{ "hosts": [{{hosts}}], "guests": [{{string.Join(", ", guests.Select(static guest => $$"""{ "name": "{{guest}}" }"""))}}] }"""), "/guests.json"),
        TimeProvider.System);

    /// <summary>A second hypervisor of the driver's, without guests.</summary>
    private string EmptyHost()
    {
        string file = Path.Combine(_folder, "node.xml");
        File.WriteAllText(file, "<node><cpu><mhz>1000</mhz><model>x86_64</model><active>1</active><nodes>1</nodes><sockets>1</sockets><cores>1</cores><threads>1</threads></cpu><memory>1048576</memory></node>");
        return file;
    }
}
