using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using HpcVirt.Control.Operators;
using HpcVirt.Control.Tests.Supervision;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Contract;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Cluster;

/// <summary>The backend without a hypervisor keeps the contract: its guest is rank 1 of a job on two hosts, and processes wait on two more.</summary>
[TestFixture]
[CancelAfter(300_000)]
public sealed class ProcessContractTests : HypervisorContract
{
    private string _directory = "";
    private NamespaceCluster _cluster = null!;
    private ToolRun _run = null!;
    private Guest _found = new("rank-1", "b", GuestCondition.Running);

    protected override string GuestName => "rank-1";

    protected override string SourceHost => _found.Host!;

    protected override string TargetHost => _found.Host == "c" ? "d" : "c";

    [OneTimeSetUp]
    public void StartJob()
    {
        _cluster = new NamespaceCluster("a", "b", "c", "d");
        _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;
        _run = ToolRun.Start(
            _directory,
            [
                "run", "-n", "2", "--mpi", "openmpi", "--hosts", "a,b", "--spares", "c:2,d:2", "--strategy", "standby", "--standbys", "4", "--checkpoints", "ckpt", "--json-log", "events",
                "--launcher-args", _cluster.LauncherArguments + " --mca pml ob1 --mca btl self,tcp --mca mpi_yield_when_idle 1",
                "--", ToolRun.PathOf("stencil.dll"), "--rows", "60", "--columns", "50", "--steps", "1000000", "--step-delay-ms", "5",
            ],
            static environment => environment["HPCVIRT_INTERVAL"] = "50 steps",
            _cluster.Inside(NamespaceCluster.Head));
        string events = Path.Combine(_directory, "events");
        _run.Await(() => File.Exists(events) && Count(events, "\"checkpoint-committed\"") > 0 && Count(events, "\"standby-connected\"") == 4, "a checkpoint, and four that wait");
    }

    [OneTimeTearDown]
    public void EndJob()
    {
        _run?.Dispose();
        _cluster?.Dispose();
        if (_directory.Length > 0) Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task A_host_where_nobody_waits_is_refused_and_the_rank_works_on()
    {
        Assert.That(
            async () => await Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = "a" }),
            Throws.InstanceOf<MigrationFailedException>().With.Message.Contains("no process waits on a").And.Property(nameof(MigrationFailedException.GuestIsOn)).EqualTo(SourceHost));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public void What_a_rank_cannot_do_alone_is_refused_with_what_to_do_instead()
    {
        Assert.That(async () => await Backend.SaveAsync(GuestName, new SaveOptions { File = "state" }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("checkpoint-now"));
        Assert.That(async () => await Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = TargetHost, Mode = MigrationMode.Postcopy }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("no postcopy"));
        Assert.That(async () => await Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = TargetHost, BeforeSwitchOver = static _ => Task.CompletedTask }), Throws.InstanceOf<HypervisorException>().With.Message.Contains("by itself"));
    }

    protected override async Task<IHypervisorBackend> CreateAsync()
    {
        var backend = new ProcessBackend(() => RunningJobs.Find(_run.JobId, Environment.GetEnvironmentVariable), TimeProvider.System);

        // The test before may have left the job held, and the rank anywhere.
        if ((await backend.GuestsAsync()).Any(static guest => guest.Condition is GuestCondition.Paused)) await backend.ResumeAsync("rank-1");
        _found = (await backend.GuestsAsync()).Single(static guest => guest.Name == "rank-1");
        return backend;
    }

    private static int Count(string file, string word)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        return reader.ReadToEnd().Split(word).Length - 1;
    }
}
