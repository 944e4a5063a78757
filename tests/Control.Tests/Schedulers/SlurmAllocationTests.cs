using System;
using System.IO;
using System.Linq;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Schedulers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Schedulers;

[TestFixture]
public sealed class SlurmAllocationTests
{
    [TestCase("2", new[] { 2 })]
    [TestCase("2(x3),1", new[] { 2, 2, 2, 1 })]
    [TestCase("0,4", new[] { 0, 4 })]
    [TestCase("", null)]
    [TestCase("2(x0)", null)]
    [TestCase("2(x65537)", null)]
    [TestCase("2(x65536),1", null)]
    [TestCase("2(x3", null)]
    [TestCase("-1", null)]
    [TestCase("1\n", null)]
    public void Numbers_per_node_are_read_or_not_taken(string text, int[]? expected) => Assert.That(SlurmTaskCounts.TryParse(text), Is.EqualTo(expected));

    [Test]
    public void Outside_of_a_job_there_is_none() => Assert.That(Read(("SLURM_JOB_NODELIST", "a,b")), Is.Null);

    [TestCase("a[1-3]", "2(x2),1", "5", 5, "a1:2 a2:2 a3:1", TestName = "As many ranks as tasks go where the tasks were asked for")]
    [TestCase("a[1-3]", "2(x2),1", "5", 3, "a1:2 a2:2 a3:1", TestName = "Fewer ranks than tasks leave places for the lost")]
    [TestCase("a[1-3]", "2(x2),1", "5", 7, "a1:3 a2:3 a3:3", TestName = "More ranks than tasks are spread evenly")]
    [TestCase("a[1-3]", "8(x3)", null, 3, "a1:1 a2:1 a3:1", TestName = "Without tasks the numbers are of processors and ranks are spread evenly")]
    [TestCase("a[1-3]", "2(x2)", "5", 5, "a1:2 a2:2 a3:2", TestName = "Numbers that do not fit the nodes are not taken")]
    [TestCase("a", "4", "4", 4, "a:4", TestName = "One node that is not this one is named")]
    [TestCase("here", "4", "4", 4, "", TestName = "One node that is this one needs no list")]
    public void Ranks_go(string nodes, string counts, string? tasks, int ranks, string expected)
    {
        SlurmAllocation allocation = Read(("SLURM_JOB_ID", "7"), ("SLURM_JOB_NODELIST", nodes), ("SLURM_TASKS_PER_NODE", counts), ("SLURM_NTASKS", tasks), ("SLURMD_NODENAME", "here"))!;
        Assert.That(string.Join(' ', allocation.Place(ranks).Select(static host => $"{host.Name}:{host.Slots}")), Is.EqualTo(expected));
    }

    [Test]
    public void The_end_and_the_number_of_restarts_are_read_where_Slurm_says_them()
    {
        SlurmAllocation allocation = Read(("SLURM_JOB_ID", "7"), ("SLURM_JOB_NODELIST", "a"), ("SLURM_JOB_END_TIME", "1769882400"), ("SLURM_RESTART_COUNT", "3"))!;
        Assert.That(allocation.End, Is.EqualTo(new DateTimeOffset(2026, 1, 31, 18, 0, 0, TimeSpan.Zero)));
        Assert.That(allocation.Restarts, Is.EqualTo(3));
    }

    [TestCase("echo 1769882400", 1769882400)]
    [TestCase("[ \"$*\" = '-h -j 7 -o %e' ] && [ $SLURM_TIME_FORMAT = %s ] && echo 1769882400", 1769882400)]
    [TestCase("echo NONE", null)]
    [TestCase("echo slurm_load_jobs error: Invalid job id specified >&2; exit 1", null)]
    [TestCase("sleep 60", null)]
    public void Slurm_is_asked_for_the_end_and_need_not_know_it_nor_answer(string script, long? seconds)
    {
        string squeue = Path.Combine(Directory.CreateTempSubdirectory("hpcvirt-squeue-").FullName, "squeue");
        try
        {
            File.WriteAllText(squeue, $"#!/bin/sh\n{script}\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(squeue, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            DateTimeOffset? end = SlurmController.EndOf("7", squeue, TimeSpan.FromSeconds(script.StartsWith("sleep", StringComparison.Ordinal) ? 1 : 30));
            Assert.That(end?.ToUnixTimeSeconds(), Is.EqualTo(seconds));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(squeue)!, recursive: true);
        }
    }

    [Test]
    public void Where_there_is_no_squeue_there_is_no_answer() => Assert.That(SlurmController.EndOf("7", "/nonexistent/squeue", TimeSpan.FromSeconds(1)), Is.Null);

    [Test]
    public void Daemons_are_shielded_only_within_Slurm_and_only_where_env_can_do_it()
    {
        Assert.That(Words(new JobPlan(2, new ProgramCommand("/bin/true", [])) { Hosts = [new HostSlots("a", 2)], IsWithinSlurm = true, ShieldsDaemons = true }), Does.Contain("env --block-signal=TERM orted").And.Contain("--oversubscribe"));
        Assert.That(Words(new JobPlan(2, new ProgramCommand("/bin/true", [])) { Hosts = [new HostSlots("a", 2)], IsWithinSlurm = true }), Does.Not.Contain("orte_launch_agent"));
        Assert.That(Words(new JobPlan(2, new ProgramCommand("/bin/true", [])) { Hosts = [new HostSlots("a", 2)], ShieldsDaemons = true }), Does.Not.Contain("orte_launch_agent").And.Not.Contain("--oversubscribe"));
    }

    private static string[] Words(JobPlan plan) => [.. new OpenMpiLauncher("mpirun").Build(plan, new System.Collections.Generic.Dictionary<string, string>()).Arguments];

    private static SlurmAllocation? Read(params (string Name, string? Value)[] variables) =>
        SlurmAllocation.Read(name => Array.Find(variables, variable => variable.Name == name).Value);
}
