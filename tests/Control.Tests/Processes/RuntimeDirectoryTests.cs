using System;
using System.IO;
using System.Net.Sockets;
using System.Runtime.Versioning;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Processes;

[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class RuntimeDirectoryTests
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string _place = "";

    [SetUp]
    public void MakeDirectory() => _place = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_place, recursive: true);

    [Test]
    public void The_directory_and_the_secret_are_the_owners_alone_and_go_with_the_job()
    {
        RuntimeDirectory directory = RuntimeDirectory.Create("abcdef123456", Variable(_place), TimeProvider.System);
        Assert.That(directory.Path, Does.StartWith(_place));
        Assert.That(File.GetUnixFileMode(directory.Path), Is.EqualTo(OwnerReadsAndWrites | UnixFileMode.UserExecute));
        Assert.That(File.GetUnixFileMode(directory.SecretPath), Is.EqualTo(OwnerReadsAndWrites));
        Assert.That(ControlSecret.Read(directory.SecretPath), Is.EqualTo(directory.Secret));
        directory.Dispose();
        Assert.That(Directory.Exists(directory.Path), Is.False);
        Assert.That(directory.Dispose, Throws.Nothing, "the reaper may have been faster");
    }

    [Test]
    public void A_directory_that_somebody_planted_is_not_used()
    {
        Directory.CreateDirectory(Path.Combine(_place, "hpcvirt-abcdef123457"));
        using RuntimeDirectory directory = RuntimeDirectory.Create("abcdef123457", Variable(_place), TimeProvider.System);
        Assert.That(directory.Path, Does.Not.StartWith(_place));
    }

    [Test]
    public void A_place_whose_paths_are_too_long_for_a_socket_is_passed_over()
    {
        string deep = Directory.CreateDirectory(Path.Combine(_place, new string('d', 100))).FullName;
        using RuntimeDirectory directory = RuntimeDirectory.Create("abcdef123458", Variable(deep), TimeProvider.System);
        Assert.That(directory.Path, Is.EqualTo("/tmp/hpcvirt-abcdef123458"));
    }

    [Test]
    public void What_a_supervisor_left_that_was_killed_with_its_reaper_is_removed_by_the_next_job_and_nothing_else()
    {
        string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        using RuntimeDirectory living = RuntimeDirectory.Create("abcdef123459", Variable(_place), TimeProvider.System);
        string dead = Left('a', boot), young = Left('b', boot), elsewhere = Left('c', boot.Replace(boot[0], boot[0] == '0' ? '1' : '0')), answered = Left('d', boot), unknown = Left('e', null);
        string other = Directory.CreateDirectory(Path.Combine(_place, "hpcvirt-results")).FullName;
        File.WriteAllText(Path.Combine(other, "owner"), boot);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(answered, "control")));
        listener.Listen();
        foreach (string directory in (string[])[dead, elsewhere, answered, unknown, other, living.Path]) Directory.SetLastWriteTimeUtc(directory, DateTime.UnixEpoch);
        string link = Directory.CreateSymbolicLink(Path.Combine(_place, "hpcvirt-abcdef12345f"), other).FullName;

        using RuntimeDirectory next = RuntimeDirectory.Create("abcdef123450", Variable(_place), TimeProvider.System);
        Assert.That(Directory.GetDirectories(_place), Is.EquivalentTo((string[])[living.Path, young, elsewhere, answered, unknown, other, link, next.Path]));

        string Left(char last, string? owner)
        {
            string directory = Directory.CreateDirectory(Path.Combine(_place, $"hpcvirt-abcdef12345{last}")).FullName;
            if (owner is not null) File.WriteAllText(Path.Combine(directory, "owner"), owner);
            return directory;
        }
    }

    private static Func<string, string?> Variable(string runtimeDirectory) => name => name == "XDG_RUNTIME_DIR" ? runtimeDirectory : null;
}
