using System;
using System.IO;
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
        RuntimeDirectory directory = RuntimeDirectory.Create("abcdef123456", Variable(_place));
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
        using RuntimeDirectory directory = RuntimeDirectory.Create("abcdef123457", Variable(_place));
        Assert.That(directory.Path, Does.Not.StartWith(_place));
    }

    [Test]
    public void A_place_whose_paths_are_too_long_for_a_socket_is_passed_over()
    {
        string deep = Directory.CreateDirectory(Path.Combine(_place, new string('d', 100))).FullName;
        using RuntimeDirectory directory = RuntimeDirectory.Create("abcdef123458", Variable(deep));
        Assert.That(directory.Path, Is.EqualTo("/tmp/hpcvirt-abcdef123458"));
    }

    private static Func<string, string?> Variable(string runtimeDirectory) => name => name == "XDG_RUNTIME_DIR" ? runtimeDirectory : null;
}
