using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>A guest whose memory an old emulator would not copy as it is, is not moved while it works.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class EmulatedMemoryTests
{
    private const string Emulated = """{"enabled": false, "present": true}""";
    private const string Hardware = """{"enabled": true, "present": true}""";

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-qemu-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task It_is_refused_before_its_target_is_started_and_the_message_says_which_size_is_sound()
    {
        HypervisorException error = await MoveAsync(160 << 20, Emulated, "running");
        Assert.That(error.Message, Does.Contain("arrive broken").And.Contain("-m 163848k"));
        Assert.That(File.Exists(Path.Combine(_folder, "started")), Is.False);
    }

    [TestCase((160 << 20) + 8192, Emulated, "running", TestName = "Another_size_is_moved")]
    [TestCase(160 << 20, Hardware, "running", TestName = "So_is_one_with_hardware_virtualization")]
    [TestCase(160 << 20, "{}", "running", TestName = "So_is_one_of_which_nothing_is_known")]
    [TestCase(160 << 20, Emulated, "paused", TestName = "So_is_one_that_stands_still")]
    public async Task Others_are_moved(int bytes, string accelerator, string status)
    {
        HypervisorException error = await MoveAsync(bytes, accelerator, status);
        Assert.That(error.Message, Does.Not.Contain("arrive broken"));
        Assert.That(File.Exists(Path.Combine(_folder, "started")), Is.True, error.Message);
    }

    /// <summary>The command that starts the target starts none, so each move ends with an error; where it comes from is what tells.</summary>
    private async Task<HypervisorException> MoveAsync(long bytes, string accelerator, string status)
    {
        await using var source = new FakeQemu(Path.Combine(_folder, "vm1@a"), status)
        {
            Instead = command => command switch
            {
                "query-memory-size-summary" => $$"""{"base-memory": {{bytes}}}""",
                "query-kvm" => accelerator,
                _ => null,
            },
        };
        await using var backend = new QemuBackend(
            GuestFile.Parse(Encoding.UTF8.GetBytes($$"""
                { "sockets": "{{_folder}}/{guest}@{host}", "start": ["sh", "-c", "touch {{_folder}}/started"],
                  "hosts": [{ "name": "a", "address": "127.0.0.1" }, { "name": "b", "address": "127.0.0.2" }], "guests": [{ "name": "vm1" }] }
                """), "guests.json"),
            TimeProvider.System,
            new Hypervisor.Qmp.QmpDeadlines { Start = TimeSpan.FromMilliseconds(300) });
        try
        {
            _ = await backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b" });
        }
        catch (HypervisorException e)
        {
            return e;
        }

        throw new AssertionException("there is no target; the move was to fail");
    }
}
