using System.IO;
using HpcVirt.Mpi.Resilience.Rehearsal;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Rehearsal;

[TestFixture]
public sealed class RehearsalSuspectFileTests
{
    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_report_is_read_back_as_it_was_written()
    {
        RehearsalSuspect[] suspects =
        [
            new("HeatPlate._previous", RehearsalSuspectKind.Field, "HeatPlate.cs", "it changed after the first step and no region holds it"),
            new("results.csv", RehearsalSuspectKind.File, "/data", "open for writing at a safe point"),
        ];
        RehearsalSuspectFile.Write(_directory, 3, 2, suspects);
        string path = Path.Combine(_directory, "rank-3-attempt-2.json");
        Assert.That(RehearsalSuspectFile.Read(path), Is.EqualTo(suspects));
        Assert.That(File.ReadAllText(path), Does.Contain("\"kind\": \"field\"").And.Contain("\"why\""));
        Assert.That(Directory.GetFiles(_directory), Has.Length.EqualTo(1), "no temporary file is left");
    }

    [TestCase("{}")]
    [TestCase("[{\"name\":\"x\"}]")]
    [TestCase("[{\"name\":null,\"kind\":\"field\",\"where\":\"\",\"why\":\"\"}]")]
    [TestCase("[{\"name\":\"x\",\"kind\":\"ghost\",\"where\":\"\",\"why\":\"\"}]")]
    [TestCase("garbage")]
    public void What_is_not_such_a_report_is_refused_by_name(string content)
    {
        string path = Path.Combine(_directory, "rank-0-attempt-1.json");
        File.WriteAllText(path, content);
        Assert.That(() => RehearsalSuspectFile.Read(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(path));
    }
}
