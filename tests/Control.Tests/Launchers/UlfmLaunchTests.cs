using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.Versioning;
using HpcVirt.Control.Launchers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Launchers;

[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class UlfmLaunchTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_launcher_that_starts_a_fault_tolerant_job_is_good() =>
        Assert.That(() => UlfmLaunch.Demand(Launcher("""[ "$*" = "--with-ft ulfm -n 1 true" ]"""), Ample), Throws.Nothing);

    [Test]
    public void One_that_does_not_know_the_option_is_refused_with_its_own_words() =>
        Assert.That(
            () => UlfmLaunch.Demand(Launcher("echo 'Error: unknown option \"--with-ft\"' >&2; echo 'Type --help for usage.' >&2; exit 1"), Ample),
            Throws.TypeOf<ControlException>().With.Property("ExitCode").EqualTo(ExitCode.Usage).And.Message.Contains("ends with 1 and says: Error: unknown option \"--with-ft\". Use Open MPI 5"));

    [Test]
    public void One_that_hangs_is_refused_in_time_and_ended()
    {
        long start = Stopwatch.GetTimestamp();
        string pid = Path.Combine(_directory, "pid");
        Assert.That(
            () => UlfmLaunch.Demand(Launcher($"echo $$ > {pid}; exec sleep 600"), TimeSpan.FromSeconds(1)),
            Throws.TypeOf<ControlException>().With.Message.Contains("did not end within 1 s"));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Ample));
        Assert.That(() => Directory.Exists($"/proc/{File.ReadAllText(pid).Trim()}"), Is.False.After(5000, 50));
    }

    [Test]
    public void Another_family_is_not_tried() =>
        Assert.That(() => UlfmLaunch.Demand(new MpichLauncher("/nonexistent"), Ample), Throws.TypeOf<ControlException>().With.Message.Contains("only Open MPI's mpirun"));

    [Test]
    public void A_launcher_that_is_not_there_is_refused() =>
        Assert.That(() => UlfmLaunch.Demand(new OpenMpiLauncher("/nonexistent"), Ample), Throws.TypeOf<ControlException>().With.Message.Contains("cannot be started"));

    private OpenMpiLauncher Launcher(string script)
    {
        string path = Path.Combine(_directory, "mpirun");
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new OpenMpiLauncher(path);
    }
}
