using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>A guest is not begun to be moved or restored where its processor's features are missing.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class QemuProcessorTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-qemu-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_move_is_refused_before_anything_is_started()
    {
        await using var source = new FakeQemu(Path.Combine(_folder, "vm1@a"), "running");
        await using QemuBackend backend = Backend();
        Assert.That(async () => await backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b" }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("cannot work on host b: its processor lacks avx2"));
        Assert.That(source.Commands(), Does.Not.Contain("migrate"));
        Assert.That(File.Exists(Path.Combine(_folder, "started")), Is.False);
    }

    [Test]
    public async Task So_is_a_restore_of_a_guest_whose_needs_are_written_down()
    {
        string state = Path.Combine(_folder, "vm2.state");
        await File.WriteAllTextAsync(state, "a state");
        await using QemuBackend backend = Backend();
        Assert.That(async () => await backend.RestoreAsync("vm2", new RestoreOptions { File = state, Host = "b" }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("cannot work on host b"));
        Assert.That(File.Exists(Path.Combine(_folder, "started")), Is.False);
    }

    [Test]
    public async Task Hosts_and_needs_are_told_to_who_chooses_targets()
    {
        await using QemuBackend backend = Backend();
        Assert.That((await backend.HostsAsync()).Select(static host => (host.Name, $"{host.Cpu}")), Is.EqualTo(new[] { ("a", "avx2 sse4.2"), ("b", "sse4.2") }));
        await using var source = new FakeQemu(Path.Combine(_folder, "vm2@a"), "running");
        Dictionary<string, CpuFeatures?> needs = (await backend.GuestsAsync()).ToDictionary(static guest => guest.Name, static guest => guest.Cpu);
        Assert.That((needs["vm1"], needs["vm2"]), Is.EqualTo(((CpuFeatures?)null, CpuFeatures.OfList(["avx2"]))));
    }

    private QemuBackend Backend() => new(GuestFile.Parse(Encoding.UTF8.GetBytes($$"""
        { "sockets": "{{_folder}}/{guest}@{host}", "start": ["touch", "{{_folder}}/started"],
          "hosts": [{ "name": "a", "address": "127.0.0.1", "cpu": ["sse4.2", "avx2"] }, { "name": "b", "address": "127.0.0.2", "cpu": ["sse4.2"] }],
          "guests": [{ "name": "vm1" }, { "name": "vm2", "cpu": ["avx2"] }] }
        """), "guests.json"), TimeProvider.System);
}
