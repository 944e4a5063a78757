using System.IO;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Supervision;

[TestFixture]
[CancelAfter(120_000)]
public sealed class CommandLineTests
{
    [TestCase("run", ExitCode.Usage, "-n")]
    [TestCase("run -- true", ExitCode.Usage, "-n is missing")]
    [TestCase("run -n 2 --stop-on HUP -- true", ExitCode.Usage, "USR1, USR2 and none")]
    [TestCase("run -n x -- true", ExitCode.Usage, "x")]
    [TestCase("run -n 2 true --unknown", ExitCode.Usage, "--")]
    [TestCase("run -n 0 -- true", ExitCode.Usage, "at least 1 rank")]
    [TestCase("run -n 2 --restarts -1 -- true", ExitCode.Usage, "--restarts")]
    [TestCase("run -n 2 --hosts a:1 -- true", ExitCode.Usage, "places for 1")]
    [TestCase("run -n 2 --rehearse-kill 1@2 -- true", ExitCode.Usage, "no rank 2")]
    [TestCase("run -n 2 --rehearse-kill x -- true", ExitCode.Usage, "N@RANK")]
    [TestCase("run -n 2 --hosts a,b --rehearse-kill 1 -- true", ExitCode.Usage, "this host only")]
    [TestCase("run -n 2 --strategy hope -- true", ExitCode.Usage, "relaunch, spawn, ulfm, standby and sessions")]
    [TestCase("run -n 2 --strategy ulfm --standbys 2 -- true", ExitCode.Usage, "needs --strategy standby")]
    [TestCase("run -n 2 --mpi mpich --strategy ulfm -- true", ExitCode.Usage, "starts none within a job")]
    [TestCase("run -n 2 --standbys 2 -- true", ExitCode.Usage, "needs --strategy standby")]
    [TestCase("run -n 2 --strategy standby --standbys 0 -- true", ExitCode.Usage, "nobody would wait")]
    [TestCase("run -n 2 --strategy standby --hosts a,b -- true", ExitCode.Usage, "needs --spares")]
    [TestCase("run -n 2 --mpi lam -- true", ExitCode.Usage, "openmpi")]
    [TestCase("run -n 2 --json-log /nonexistent/file -- true", ExitCode.Usage, "--json-log")]
    [TestCase("run -n 2 -- ./not-there", ExitCode.ProgramMissing, "does not exist")]
    [TestCase("rehearse -n 2 --kills 0 -- true", ExitCode.Usage, "--kills")]
    [TestCase("rehearse -n 2 --result /etc/passwd -- true", ExitCode.Usage, "relative")]
    [TestCase("rehearse -n 2 --ignore-lines ( -- true", ExitCode.Usage, "--ignore-lines")]
    public void A_wrong_command_line_is_answered_before_anything_is_started(string line, ExitCode code, string hint)
    {
        using ToolRun run = ToolRun.Start(Path.GetTempPath(), line.Split(' '));
        Assert.That(run.Wait(), Is.EqualTo((int)code), run.Error);
        Assert.That(run.Error, Does.Contain(hint));
        Assert.That(run.Error, Does.Not.Contain("   at "), "a stack trace is no answer");
    }

    [Test]
    public void A_dry_run_prints_the_command_and_never_the_secret()
    {
        using ToolRun run = ToolRun.Start(Path.GetTempPath(), "run -n 3 --mpi openmpi --checkpoints c --dry-run -- true a".Split(' '));
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Out, Does.Contain("mpirun").And.Contain("-n 3").And.Contain("HPCVIRT_CHECKPOINTS=/").And.Contain("HPCVIRT_CONTROL_SECRET_FILE=/"));
        Assert.That(run.Error, Is.Empty);
    }

    [TestCase("--help", "hpcvirt rehearse")]
    [TestCase("run --help", "--rehearse-kill 2")]
    [TestCase("rehearse --help", "--kills 5")]
    public void The_help_teaches_by_examples(string line, string example)
    {
        using ToolRun run = ToolRun.Start(Path.GetTempPath(), line.Split(' '));
        Assert.That(run.Wait(), Is.Zero);
        Assert.That(run.Out, Does.Contain(example));
    }
}
