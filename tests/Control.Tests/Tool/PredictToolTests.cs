using System.IO;
using System.Text.Json;
using HpcVirt.Control.Tests.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Tool;

/// <summary><c>hpcvirt predict</c> and <c>hpcvirt plan</c>, as a reliability engineer uses them, on a fleet small enough for a test.</summary>
[TestFixture]
[CancelAfter(300_000)]
public sealed class PredictToolTests
{
    private string _directory = "";

    [OneTimeSetUp]
    public void TrainOnce()
    {
        _directory = Directory.CreateTempSubdirectory("hpcvirt-test-").FullName;
        Assert.That(Ends(0, "predict simulate fleet --nodes 40 --span 80d --interval 1h --seed 3"), Does.Contain("40 nodes"));
        _ = Ends(0, "predict train fleet --horizon 24h --lead 15m --period train --engine managed --search 1 --rows 8000 --seed 3 --out model.hpcm");
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Training_twice_gives_the_same_bytes()
    {
        _ = Ends(0, "predict train fleet --horizon 24h --lead 15m --period train --engine managed --search 1 --rows 8000 --seed 3 --out again.hpcm");
        Assert.That(File.ReadAllBytes(Path.Combine(_directory, "again.hpcm")), Is.EqualTo(File.ReadAllBytes(Path.Combine(_directory, "model.hpcm"))));
    }

    [Test]
    public void The_report_is_a_table_json_and_one_self_contained_page()
    {
        string table = Ends(0, "predict evaluate --model model.hpcm fleet --period test --json report.json --html report.html");
        Assert.That(table, Does.Contain("PR-AUC"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_directory, "report.json")));
        Assert.That(json.RootElement.GetProperty("prAuc").GetDouble(), Is.InRange(0.0, 1.0));
        string page = File.ReadAllText(Path.Combine(_directory, "report.html"));
        Assert.That(page, Does.Contain("<svg").And.Not.Contain("<script src").And.Not.Contain("<link"));
    }

    [Test]
    public void Points_are_judged_one_by_one()
    {
        string first = FirstNode();
        File.WriteAllText(Path.Combine(_directory, "points.csv"), $"node,time\n{first}\n");
        _ = Ends(0, "predict evaluate --model model.hpcm fleet --points points.csv --predictions risks.csv");
        string[] lines = File.ReadAllLines(Path.Combine(_directory, "risks.csv"));
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Is.EqualTo("node,time,risk"));
        Assert.That(lines[1], Does.StartWith(first + ","));
    }

    [Test]
    public void An_alert_is_explained_in_words()
    {
        string[] point = FirstNode().Split(',');
        Assert.That(Ends(0, $"predict explain --model model.hpcm fleet --node {point[0]} --at {point[1]}"), Does.Contain("within").And.Contain("%"));
    }

    [Test]
    public void A_plan_says_the_interval_and_whether_prediction_pays() =>
        Assert.That(Ends(0, "plan --mtbf 24h --checkpoint 600s --restart 660s --recall 0.35 --precision 0.35"), Does.Contain("checkpoint every"));

    [TestCase("predict evaluate --model nothing.hpcm fleet", "nothing.hpcm")]
    [TestCase("predict evaluate --model fleet/dataset.json fleet", "model")]
    [TestCase("predict train NOWHERE --out x.hpcm", "NOWHERE")]
    [TestCase("predict train fleet --horizon soon --out x.hpcm", "horizon")]
    [TestCase("predict train fleet --engine oracle --out x.hpcm", "oracle")]
    [TestCase("predict explain --model model.hpcm fleet --node nobody --at 2025-02-20T00:00:00Z", "nobody")]
    public void What_makes_no_sense_is_answered_without_a_stack_trace(string line, string hint)
    {
        using ToolRun run = ToolRun.Start(_directory, line.Split(' '));
        Assert.That(run.Wait(), Is.Not.Zero, run.Out);
        Assert.That(run.Error, Does.Contain(hint).And.Not.Contain("   at "));
    }

    /// <summary>A node and a time at which it was read, as the fleet's own files say them.</summary>
    private string FirstNode()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Report()));
        return json.RootElement.GetProperty("riskiest").GetString()!.Replace(' ', ',');
    }

    private string Report()
    {
        string report = Path.Combine(_directory, "riskiest.json");
        if (!File.Exists(report)) _ = Ends(0, "predict evaluate --model model.hpcm fleet --period test --json riskiest.json");
        return report;
    }

    private string Ends(int code, string line)
    {
        using ToolRun run = ToolRun.Start(_directory, line.Split(' '));
        Assert.That(run.Wait(), Is.EqualTo(code), run.Out + run.Error);
        return run.Out;
    }
}
