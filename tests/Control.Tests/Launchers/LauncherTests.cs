using System.Collections.Generic;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Launchers;

[TestFixture]
public sealed class LauncherTests
{
    private static readonly Dictionary<string, string> JobVariables = new() { ["HPCVIRT_ATTEMPT"] = "1" };

    [Test]
    public void Open_MPI_gets_more_ranks_than_processors_with_yielding_waits()
    {
        string line = Line(new OpenMpiLauncher("mpirun"), Plan(ranks: 4) with { Processors = 2 });
        Assert.That(line, Does.Contain("--oversubscribe").And.Contain("mpi_yield_when_idle 1").And.Contain("--bind-to none"));
    }

    [Test]
    public void Open_MPI_with_a_processor_per_rank_does_not_yield()
    {
        Assert.That(Line(new OpenMpiLauncher("mpirun"), Plan(ranks: 2) with { Processors = 2 }), Does.Not.Contain("mpi_yield_when_idle"));
    }

    [Test]
    public void Open_MPI_runs_as_root_only_if_we_are_root()
    {
        LaunchCommand asRoot = new OpenMpiLauncher("mpirun").Build(Plan(1) with { IsRoot = true }, JobVariables);
        LaunchCommand asUser = new OpenMpiLauncher("mpirun").Build(Plan(1) with { IsRoot = false }, JobVariables);
        Assert.That(asRoot.Environment, Does.ContainKey("OMPI_ALLOW_RUN_AS_ROOT").And.ContainKey("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"));
        Assert.That(asUser.Environment.Keys, Has.None.StartsWith("OMPI_"));
    }

    [Test]
    public void Our_variables_are_named_for_Open_MPI_and_inherited_under_MPICH()
    {
        Assert.That(Line(new OpenMpiLauncher("mpirun"), Plan(1)), Does.Contain("-x HPCVIRT_ATTEMPT -x HPCVIRT_MPI -x TERM -x UCX_HANDLE_ERRORS"));
        LaunchCommand mpich = new MpichLauncher("mpiexec").Build(Plan(1), JobVariables);
        Assert.That(mpich.Arguments, Has.None.EqualTo("-x"));
        Assert.That(mpich.Environment["HPCVIRT_ATTEMPT"], Is.EqualTo("1"));
    }

    [Test]
    public void A_fault_tolerant_job_is_launched_as_Open_MPI_5_wants_it_and_its_ranks_meet_on_the_loopback()
    {
        LaunchCommand command = new OpenMpiLauncher("mpirun").Build(Plan(2) with { RepairsInJob = true, UsesUlfm = true }, JobVariables);
        Assert.That(string.Join(' ', command.Arguments), Does.Contain("--with-ft ulfm --prtemca prte_allowed_exit_without_sync 1").And.Not.Contain("orte_"));
        Assert.That(command.Environment["OMPI_MCA_btl_tcp_if_include"], Is.EqualTo("lo"));
    }

    [Test]
    public void Over_several_hosts_a_fault_tolerant_job_does_not_meet_on_the_loopback()
    {
        JobPlan plan = Plan(2) with { RepairsInJob = true, UsesUlfm = true, Hosts = [new HostSlots("a", 1), new HostSlots("b", 1)] };
        Assert.That(new OpenMpiLauncher("mpirun").Build(plan, JobVariables).Environment, Does.Not.ContainKey("OMPI_MCA_btl_tcp_if_include"));
    }

    [TestCase(MpiFamily.OpenMpi, "openmpi", "--host a:1,b:2")]
    [TestCase(MpiFamily.Mpich, "mpich", "-hosts a:1,b:2")]
    public void Hosts_arguments_and_the_choice_of_MPI_reach_the_launcher(MpiFamily family, string name, string hosts)
    {
        MpiLauncher launcher = family == MpiFamily.OpenMpi ? new OpenMpiLauncher("l") : new MpichLauncher("l");
        JobPlan plan = Plan(3) with { Hosts = [new HostSlots("a", 1), new HostSlots("b", 2)], LauncherArguments = ["-v", "a b"] };
        LaunchCommand command = launcher.Build(plan, JobVariables);
        Assert.That(string.Join(' ', command.Arguments), Does.Contain(hosts).And.EndsWith("-v a b /bin/true x").And.Not.Contain("oversubscribe"));
        Assert.That(command.Environment["HPCVIRT_MPI"], Is.EqualTo(name));
        Assert.That(command.Environment["TERM"], Is.EqualTo("dumb"));
        Assert.That(command.ToShell(), Does.Contain("'a b'"));
    }

    [TestCase(137, 9)]
    [TestCase(139, 11)]
    [TestCase(3, null)]
    public void Exit_codes_of_mpirun_tell_signals(int code, int? signal)
    {
        Assert.That(new OpenMpiLauncher("l").StatusOf(code).Signal, Is.EqualTo(signal));
    }

    [TestCase(9, 9)]
    [TestCase(11, 11)]
    [TestCase(3, null)]
    [TestCase(1, null)]
    public void Exit_codes_of_Hydra_tell_signals(int code, int? signal)
    {
        Assert.That(new MpichLauncher("l").StatusOf(code).Signal, Is.EqualTo(signal));
    }

    [TestCase(MpiFamily.OpenMpi, "[1,0]<stdout>:hello", 0, "hello")]
    [TestCase(MpiFamily.OpenMpi, "[12345,17]<stdout>:", 17, "")]
    [TestCase(MpiFamily.Mpich, "[3] hello", 3, "hello")]
    public void The_rank_of_a_tagged_line_is_read(MpiFamily family, string line, int rank, string text)
    {
        MpiLauncher launcher = family == MpiFamily.OpenMpi ? new OpenMpiLauncher("l") : new MpichLauncher("l");
        Assert.That(launcher.TryReadTag(line, out int readRank, out string readText), Is.True);
        Assert.That((readRank, readText), Is.EqualTo((rank, text)));
        Assert.That(launcher.TryReadTag("Primary job terminated normally", out _, out _), Is.False);
    }

    [Test]
    public void A_program_killed_from_outside_is_told_from_one_that_crashed()
    {
        Assert.That(ExitStatus.OfSignal(9).IsFromOutside, Is.True);
        Assert.That(ExitStatus.OfSignal(11).IsFromOutside, Is.False);
        Assert.That(ExitStatus.OfCode(9).IsFromOutside, Is.False);
    }

    private static string Line(MpiLauncher launcher, JobPlan plan) => string.Join(' ', launcher.Build(plan, JobVariables).Arguments);

    private static JobPlan Plan(int ranks) => new(ranks, new ProgramCommand("/bin/true", ["x"]));
}
