using System;
using System.IO;
using System.Runtime.Versioning;
using HpcVirt.Control.Launchers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Launchers;

[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class ProgramCommandTests
{
    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_name_is_looked_up_on_the_path()
    {
        Assert.That(Resolve("sh").FileName, Is.EqualTo("/bin/sh").Or.EqualTo("/usr/bin/sh"));
    }

    [Test]
    public void An_assembly_is_run_by_dotnet_with_its_full_path()
    {
        string assembly = Make("solver.dll");
        Make("solver.runtimeconfig.json");
        ProgramCommand command = Resolve(assembly, "--steps", "3");
        Assert.That(Path.GetFileName(command.FileName), Is.EqualTo("dotnet"));
        Assert.That(command.Arguments, Is.EqualTo(new[] { assembly, "--steps", "3" }));
    }

    [Test]
    public void A_library_is_told_from_a_program()
    {
        Assert.That(() => Resolve(Make("library.dll")), Throws.TypeOf<ControlException>().With.Message.Contains("OutputType"));
    }

    [Test]
    public void A_file_without_the_right_to_execute_is_refused_with_the_command_that_gives_it()
    {
        Assert.That(() => Resolve(Make("tool")), Throws.TypeOf<ControlException>().With.Message.Contains("chmod +x"));
    }

    [TestCase("./nothing-here", "does not exist")]
    [TestCase("nothing-here", "not found on the PATH")]
    [TestCase("nothing.dll", "does not exist")]
    [TestCase("some.csproj", "dotnet build")]
    [TestCase("/tmp", "dotnet build")]
    [TestCase("Program.cs", "source code")]
    public void What_cannot_be_run_is_refused_before_anything_is_launched(string program, string hint)
    {
        Assert.That(() => Resolve(program), Throws.TypeOf<ControlException>()
            .With.Property("ExitCode").EqualTo(ExitCode.ProgramMissing).And.Message.Contains(hint));
    }

    private static ProgramCommand Resolve(string program, params string[] arguments) =>
        ProgramCommand.Resolve(program, arguments, Environment.GetEnvironmentVariable);

    private string Make(string name)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, "");
        return path;
    }
}
