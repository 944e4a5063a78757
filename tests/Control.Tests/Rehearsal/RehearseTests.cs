using System.IO;
using HpcVirt.Control.Tests.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Rehearsal;

[TestFixture("openmpi")]
[TestFixture("mpich")]
[CancelAfter(300_000)]
public sealed class RehearseTests(string mpi)
{
    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_program_that_protects_what_it_needs_passes_and_leaves_nothing()
    {
        using ToolRun run = Rehearse([], "steps=30");
        Assert.That(run.Wait(), Is.Zero, run.Out + run.Error);
        Assert.That(run.Out, Does.Contain("verdict: bit-identical after 2 lost ranks"));
        Assert.That(Directory.GetFileSystemEntries(_directory), Is.Empty);
    }

    [Test]
    public void A_program_that_forgets_its_state_is_found_out()
    {
        using ToolRun run = Rehearse(["--scratch", "runs"], "steps=30", "unprotected");
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.RehearsalDiffers), run.Out + run.Error);
        Assert.That(run.Out, Does.Contain("not protected: file result-0.txt differs after a restart").And.Contain("verdict: DIFFERENT"));
        Assert.That(run.Out, Does.Contain("lost ranks only: step"));
        Assert.That(File.Exists(Path.Combine(_directory, "runs", "broken", "work", "result-0.txt")), Is.True, "the runs are kept for a look at them");
    }

    [Test]
    public void A_file_that_only_grows_is_named_as_unprotected()
    {
        using ToolRun run = Rehearse(["--scratch", "runs"], "steps=30", "log=history");
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.RehearsalDiffers), run.Out + run.Error);
        Assert.That(run.Out, Does.Contain("not protected: file history-").And.Not.Contain("file result-0.txt"));
    }

    [Test]
    public void Only_the_named_results_are_compared_if_any_are_named()
    {
        using ToolRun run = Rehearse(["--result", "result-0.txt"], "steps=30", "log=history");
        Assert.That(run.Wait(), Is.Zero, run.Out + run.Error);
    }

    [Test]
    public void A_program_without_checkpoints_proves_nothing()
    {
        using ToolRun run = ToolRun.Start(_directory, ["rehearse", "-n", "2", "--mpi", mpi, "--scratch", "runs", "--", "true"]);
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.RehearsalInconclusive), run.Out + run.Error);
        Assert.That(run.Out, Does.Contain("reported no checkpoint"));
    }

    private ToolRun Rehearse(string[] options, params string[] rankArguments) => ToolRun.Start(
        _directory,
        ["rehearse", "-n", "2", "--mpi", mpi, "--seed", "3", .. options, "--", ToolRun.PathOf("HpcVirt.Control.Ranks.dll"), .. rankArguments]);
}
