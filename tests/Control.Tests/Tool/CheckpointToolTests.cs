using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using HpcVirt.Checkpoint;
using HpcVirt.Control.Tests.Supervision;
using HpcVirt.Mpi.Resilience.Repair;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Tool;

/// <summary><c>hpcvirt checkpoint</c> on the checkpoints of a small job.</summary>
[TestFixture]
[CancelAfter(120_000)]
public sealed class CheckpointToolTests
{
    private readonly double[] _values = [.. Enumerable.Range(0, 5000).Select(static i => i * 0.5)];
    private string _directory = "";
    private string _place = "";

    [SetUp]
    public void Checkpoint()
    {
        _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;
        _place = Path.Combine(_directory, "ckpt");
        CheckpointStore store = Open();
        for (int step = 1; step <= 2; step++)
        {
            _values[17] = step;
            Assert.That(store.Save(step, Regions()).IsCommitted);
        }
    }

    [TearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void The_versions_are_listed_newest_first_as_a_table_and_as_json()
    {
        string table = Ends(0, "checkpoint", "list", _place);
        Assert.That(table, Does.Contain("v2-a1").And.Contain("Committed").And.Contain("v1-a1"));
        using JsonDocument json = JsonDocument.Parse(Ends(0, "checkpoint", "list", _place, "--json"));
        Assert.That(json.RootElement.EnumerateArray().Select(static v => v.GetProperty("version").GetString()), Is.EqualTo(new[] { "v2-a1", "v1-a1" }));
        Assert.That(json.RootElement[0].GetProperty("step").GetInt64(), Is.EqualTo(2));
    }

    [Test]
    public void A_version_s_regions_are_shown_and_compared()
    {
        Assert.That(Ends(0, "checkpoint", "show", _place), Does.Contain("temperature").And.Contain("float64").And.Contain("40000"));
        using JsonDocument json = JsonDocument.Parse(Ends(0, "checkpoint", "diff", _place, "1", "2", "--json"));
        Assert.That(json.RootElement[0].GetProperty("changed blocks").GetInt64(), Is.EqualTo(1));
    }

    [Test]
    public void A_flipped_bit_is_named_by_file_region_and_block()
    {
        Assert.That(Ends(0, "checkpoint", "verify", _place, "--all"), Does.Contain("intact").And.Not.Contain("damaged"));
        Flip();
        Assert.That(Ends(1, "checkpoint", "verify", _place), Does.Contain("v2-a1/rank-0.shard").And.Contain("temperature").And.Contain("block 0"));
    }

    [Test]
    public void Scrubbing_goes_on_until_something_is_damaged_and_says_what()
    {
        using ToolRun run = ToolRun.Start(_directory, ["checkpoint", "verify", _place, "--every", "50ms", "--rate", "100"]);
        run.AwaitOut("2 versions of 0 MiB intact");
        Flip();
        Assert.That(run.Wait(), Is.EqualTo(1), run.Error);
        Assert.That(run.Out, Does.Contain("v2-a1/rank-0.shard").And.Contain("temperature"));
    }

    [Test]
    public void Scrubbing_goes_on_while_the_job_beside_it_commits_and_retires()
    {
        using ToolRun run = ToolRun.Start(_directory, ["checkpoint", "verify", _place, "--every", "1ms"]);
        run.AwaitOut("intact");
        CheckpointStore store = Open();
        for (int step = 3; step < 150; step++) Assert.That(store.Save(step, Regions()).IsCommitted);
        run.AwaitOut("3 versions of 0 MiB intact");
        Assert.That(run.Out + run.Error, Does.Not.Contain("damaged").And.Not.Contain("hpcvirt:"));
    }

    [Test]
    public void A_region_is_exported_as_numpy_reads_it()
    {
        string file = Path.Combine(_directory, "t.npy");
        _ = Ends(0, "checkpoint", "export", _place, "--region", "temperature", "--output", file);
        byte[] bytes = File.ReadAllBytes(file);
        Assert.That(bytes.AsSpan(1, 5).SequenceEqual("NUMPY"u8));
        Assert.That(BitConverter.ToDouble(bytes.AsSpan(^(4983 * 8))[..8]), Is.EqualTo(2.0), "element 17 of the newest version");
    }

    [Test]
    public void Old_versions_are_pruned()
    {
        Assert.That(Ends(0, "checkpoint", "prune", _place, "--keep", "1"), Does.Contain("v1-a1"));
        Assert.That(Ends(0, "checkpoint", "list", _place), Does.Not.Contain("v1-a1"));
    }

    [TestCase("checkpoint verify NOWHERE")]
    [TestCase("checkpoint verify . --every soon")]
    [TestCase("checkpoint verify . --rate 0")]
    [TestCase("checkpoint verify . --every 1s --version-number 1")]
    [TestCase("checkpoint show . --version-number 9")]
    [TestCase("checkpoint prune . --keep 0")]
    [TestCase("checkpoint export . --region nothing --output x")]
    public void What_makes_no_sense_is_answered_without_a_stack_trace(string line)
    {
        using ToolRun run = ToolRun.Start(_place, line.Split(' '));
        Assert.That(run.Wait(), Is.EqualTo((int)ExitCode.Usage), run.Out + run.Error);
        Assert.That(run.Error, Does.StartWith("hpcvirt: ").And.Not.Contain("   at "));
    }

    private string Ends(int code, params string[] arguments)
    {
        using ToolRun run = ToolRun.Start(_directory, arguments);
        Assert.That(run.Wait(), Is.EqualTo(code), run.Error);
        return run.Out;
    }

    private CheckpointStore Open() =>
        CheckpointStore.Open(new PhysicalDirectory(_place), new Alone(), new CheckpointOptions { Program = "heat", Keep = 3 }, Guid.NewGuid, TimeProvider.System);

    private CheckpointRegion[] Regions() => [new MemoryRegion<double>("temperature", () => _values, 50, 100)];

    private void Flip()
    {
        using FileStream file = File.Open(Path.Combine(_place, "v2-a1", "rank-0.shard"), FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }
}
