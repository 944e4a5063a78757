using System;
using System.IO;
using System.Runtime.Versioning;
using HpcVirt.Control.Launchers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Launchers;

[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class SessionsLaunchTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly ProgramCommand Trial = new("/tool", ["try-sessions"]);

    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Two_ranks_of_the_trial_are_started_with_the_library_of_the_launcher() =>
        Assert.That(() => SessionsLaunch.Demand(Launcher("""[ "$*" = "-n 2 /tool try-sessions" ] && [ "$HPCVIRT_MPI" = mpich ]"""), Trial, Ample), Throws.Nothing);

    [Test]
    public void One_that_dies_is_refused_with_what_it_says_beneath_its_drawn_lines() =>
        Assert.That(
            () => SessionsLaunch.Demand(Launcher("echo; echo =====; echo '=   BAD TERMINATION'; echo =====; exit 11"), Trial, Ample),
            Throws.TypeOf<ControlException>().With.Property("ExitCode").EqualTo(ExitCode.Usage).And.Message.Contains("two sessions, one after the other, it ends with 11 and says: BAD TERMINATION. Use MPICH 4.2"));

    [Test]
    public void One_that_hangs_is_refused_in_time() =>
        Assert.That(() => SessionsLaunch.Demand(Launcher("exec sleep 600"), Trial, TimeSpan.FromSeconds(1)), Throws.TypeOf<ControlException>().With.Message.Contains("did not end within 1 s"));

    private MpichLauncher Launcher(string script)
    {
        string path = Path.Combine(_directory, "mpiexec");
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new MpichLauncher(path);
    }
}
