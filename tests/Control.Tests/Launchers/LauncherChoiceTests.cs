using System.IO;
using System.Runtime.Versioning;
using HpcVirt.Control.Launchers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Launchers;

[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class LauncherChoiceTests
{
    private string _path = "";

    [SetUp]
    public void MakeDirectory() => _path = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_path, recursive: true);

    [Test]
    public void Auto_takes_what_is_installed_and_prefers_Open_MPI()
    {
        Install("mpiexec.hydra");
        Assert.That(Choose("auto").Family, Is.EqualTo(MpiFamily.Mpich));
        Install("mpirun.openmpi");
        Assert.That(Choose("auto").Family, Is.EqualTo(MpiFamily.OpenMpi));
    }

    [Test]
    public void A_plain_mpirun_is_asked_for_its_version()
    {
        Install("mpirun");
        Assert.That(Choose("auto", version: "mpirun (Open MPI) 5.0.7").Family, Is.EqualTo(MpiFamily.OpenMpi));
        Assert.That(() => Choose("auto", version: "Intel(R) MPI Library"), Throws.TypeOf<ControlException>());
    }

    [Test]
    public void The_environment_decides_for_auto_but_not_against_the_command_line()
    {
        Install("mpiexec.hydra");
        Install("mpirun.openmpi");
        Assert.That(Choose("auto", hpcvirtMpi: "mpich").Family, Is.EqualTo(MpiFamily.Mpich));
        Assert.That(Choose("openmpi", hpcvirtMpi: "mpich").Family, Is.EqualTo(MpiFamily.OpenMpi));
    }

    [TestCase("auto", "openmpi-bin")]
    [TestCase("openmpi", "openmpi-bin")]
    [TestCase("mpich", "mpich")]
    public void A_missing_MPI_is_answered_with_the_command_that_installs_it(string wish, string package)
    {
        Assert.That(() => Choose(wish), Throws.TypeOf<ControlException>()
            .With.Property("ExitCode").EqualTo(ExitCode.MpiMissing).And.Message.Contains("apt-get install " + package));
    }

    [Test]
    public void An_unknown_wish_names_where_it_came_from()
    {
        Assert.That(() => Choose("auto", hpcvirtMpi: "lam"), Throws.TypeOf<ControlException>().With.Message.Contains("HPCVIRT_MPI"));
        Assert.That(() => Choose("lam"), Throws.TypeOf<ControlException>().With.Message.Contains("--mpi"));
    }

    private MpiLauncher Choose(string wish, string? hpcvirtMpi = null, string version = "") => LauncherChoice.Choose(
        wish,
        name => name switch { "PATH" => _path, "HPCVIRT_MPI" => hpcvirtMpi, _ => null },
        _ => version);

    private void Install(string name)
    {
        string path = Path.Combine(_path, name);
        File.WriteAllText(path, "#!/bin/sh\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
