using System;
using System.IO;
using System.Text.Json;
using HpcVirt.Control.Tests.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.VirtualMachines;

/// <summary><c>hpcvirt vm</c> as people type it, on the rehearsal: vm1 is on a, vm2 on b.</summary>
[TestFixture]
[CancelAfter(120_000)]
public sealed class VmCommandTests
{
    private const string Guests = """
        { "sockets": "{guest}@{host}", "start": ["true"], "hosts": [{ "name": "a", "address": "1" }, { "name": "b", "address": "2" }], "guests": [{ "name": "vm1" }, { "name": "vm2" }] }
        """;

    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-vm-").FullName;
        File.WriteAllText(Path.Combine(_folder, "guests.json"), Guests);
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Guests_are_listed_for_people_and_for_programs()
    {
        (int code, string said, string _) = Run("list");
        Assert.That((code, said), Is.EqualTo((0, said)));
        Assert.That(said, Does.Match(@"vm1\s+a\s+running").And.Match(@"vm2\s+b\s+running"));
        using JsonDocument json = JsonDocument.Parse(Run("list", "--json").Out);
        Assert.That(json.RootElement.GetProperty("guests")[1].GetProperty("host").GetString(), Is.EqualTo("b"));
    }

    [Test]
    public void A_move_is_rehearsed_by_dry_run_and_made_without_and_its_job_is_silenced_and_released()
    {
        Assert.That(Run("migrate", "vm1", "b", "--dry-run").Out, Does.Contain("would move guest vm1 (1024 MiB) from host a to host b; nothing was done"));
        (int code, string said, string error) = Run("migrate", "vm1", "b", "--json", "--silence", "echo silent >> order", "--release", "echo released >> order");
        Assert.That(code, Is.Zero, error);
        using JsonDocument json = JsonDocument.Parse(said);
        Assert.That(json.RootElement.GetProperty("to").GetString(), Is.EqualTo("b"));
        Assert.That(json.RootElement.GetProperty("heldForMs").ValueKind, Is.EqualTo(JsonValueKind.Number));
        Assert.That(File.ReadAllLines(Path.Combine(_folder, "order")), Is.EqualTo(new[] { "silent", "released" }));
    }

    [Test]
    public void A_job_that_cannot_be_silenced_is_released_and_stays()
    {
        (int code, string _, string error) = Run("migrate", "vm1", "b", "--silence", "exit 4", "--release", "touch released");
        Assert.That(code, Is.EqualTo((int)ExitCode.HypervisorFailed));
        Assert.That(error, Does.Contain("'exit 4' ended with 4").And.Contain("works on on host a"));
        Assert.That(File.Exists(Path.Combine(_folder, "released")), Is.True);
    }

    [Test]
    public void A_set_is_saved_listed_verified_and_restored_and_a_damaged_one_is_refused()
    {
        Assert.That(Run("snapshot", "--sets", "sets", "--dry-run").Out, Does.Contain("would save vm1"));
        Assert.That(Directory.Exists(Path.Combine(_folder, "sets")), Is.False, "a dry run leaves nothing");
        Assert.That(Run("snapshot", "--sets", "sets").Out, Does.Contain("set 1: 2 guests"));
        Assert.That(Run("sets", "--sets", "sets", "--verify").Out, Does.Contain("vm1 on a, vm2 on b"));
        Assert.That(Run("restore", "--sets", "sets", "--on", "vm1=b", "--dry-run").Out, Does.Contain("vm1 on b, vm2 on b"));
        Assert.That(Run("restore", "--sets", "sets", "--on", "vm1=b").Out, Does.Contain("set 1 of").And.Contain("is back"));

        File.AppendAllText(Path.Combine(_folder, "sets", "set-00000001", "vm2.state"), "x");
        (int code, string _, string error) = Run("restore", "--sets", "sets");
        Assert.That((code, error), Is.EqualTo(((int)ExitCode.BadInput, error)));
        Assert.That(error, Does.Contain("vm2.state").And.Contain("refused"));
    }

    [TestCase("migrate vm1 nowhere", ExitCode.HypervisorFailed, "'nowhere'")]
    [TestCase("migrate vm1 a", ExitCode.HypervisorFailed, "is on host a already")]
    [TestCase("migrate vm1 b --mode slow", ExitCode.Usage, "precopy or postcopy")]
    [TestCase("migrate vm1 b --bandwidth 1X", ExitCode.Usage, "--bandwidth")]
    [TestCase("migrate vm1 b --downtime soon", ExitCode.Usage, "--downtime")]
    [TestCase("migrate vm1 b --mode postcopy --multifd 2", ExitCode.HypervisorFailed, "exclude one another")]
    [TestCase("migrate vm1", ExitCode.Usage, "See hpcvirt vm migrate --help")]
    [TestCase("snapshot --sets s --background", ExitCode.HypervisorFailed, "no common instant")]
    [TestCase("snapshot --sets s --compress rar", ExitCode.Usage, "none, lz4 or zstd")]
    [TestCase("restore --sets nothing", ExitCode.BadInput, "no sets")]
    [TestCase("restore --sets s --on vm1", ExitCode.Usage, "GUEST=HOST")]
    [TestCase("list --backend other", ExitCode.Usage, "built in")]
    [TestCase("list --guests none.json", ExitCode.BadInput, "none.json")]
    public void What_cannot_be_done_is_said_in_a_sentence(string line, ExitCode code, string hint)
    {
        (int ended, string _, string error) = Run(line.Split(' '));
        Assert.That((ended, error), Is.EqualTo(((int)code, error)));
        Assert.That(error, Does.Contain(hint));
        Assert.That(error, Does.Not.Contain("   at "), "a stack trace is no answer");
    }

    [Test]
    public void The_help_teaches_by_examples()
    {
        Assert.That(Run("--help").Out, Does.Contain("hpcvirt vm snapshot --sets"));
        Assert.That(Run("migrate", "--help").Out, Does.Contain("--silence 'touch"));
    }

    private (int Code, string Out, string Error) Run(params string[] arguments)
    {
        using ToolRun run = ToolRun.Start(_folder, ["vm", .. Array.IndexOf(arguments, "--backend") < 0 ? ["--backend", "rehearsal"] : Array.Empty<string>(), .. arguments], static environment =>
        {
            environment["HPCVIRT_GUESTS"] = "guests.json";
            environment.Remove("HPCVIRT_PLUGINS");
        });
        return (run.Wait(), run.Out, run.Error);
    }
}
