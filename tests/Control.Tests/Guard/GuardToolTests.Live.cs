using System;
using System.IO;
using System.Text.Json;
using HpcVirt.Control.Tests.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>The guard on sources that are asked as time passes, and beside a job that runs.</summary>
internal sealed partial class GuardToolTests
{
    private const string Healthy = """
        cpu_temp_c{node="n0001"} 45
        cpu_temp_c{node="n0002"} 45
        cpu_temp_c{node="n0003"} 45

        """;

    [Test]
    public void Live_it_knows_risks_hears_of_hosts_that_lose_their_guests_and_ends_when_it_is_told_to()
    {
        using var metrics = new MetricsServer(Healthy);
        ConfigureLive(metrics.Port);
        using ToolRun run = Start("guard --config guard.json");
        run.Await(() => Risk("a") is > 0, "a risk of host a");
        Move("""{ "vm1": { "host": null, "condition": "Absent" }, "vm2": { "host": "b", "condition": "Running" }, "vm3": { "host": null, "condition": "Absent" } }""");
        run.AwaitOut("guard: host a failed (all of its 2 guests have vanished), and no alert stood: it was missed");
        run.Signal(15);
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Out, Does.Not.Contain("cannot be asked"));
        Assert.That(Ends(0, "guard outcomes --config guard.json"), Does.Contain("0 alarms").And.Contain("1 failures missed").And.Contain("precision not known yet, recall 0.0 %"));
    }

    [Test]
    public void A_source_that_hangs_makes_hosts_unknown_and_not_healthy()
    {
        using var metrics = new MetricsServer(Healthy);
        ConfigureLive(metrics.Port);
        using ToolRun run = Start("guard --config guard.json");
        run.Await(() => Risk("a") is > 0, "a risk of host a");
        metrics.Hangs = true;
        run.AwaitOut("no answer within 5 s; nothing is known from it");
        run.Await(() => File.ReadAllText(Path.Combine(_folder, "state", "risks.json")).Contains("\"a\":{\"risk\":null", StringComparison.Ordinal), "no risk of host a");
        run.Signal(15);
        Assert.That(run.Wait(), Is.Zero, run.Error);
    }

    [Test]
    public void The_running_job_is_asked_for_the_checkpoint_when_there_is_nowhere_to_go()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "ckpt"));
        using ToolRun job = ToolRun.Start(_folder, ["run", "-n", "2", "--mpi", "openmpi", "--checkpoints", "ckpt", "--", ToolRun.PathOf("HpcVirt.Control.Ranks.dll"), "steps=100000"]);
        job.AwaitOut("step 6 ");
        foreach (string host in (string[])["b", "c"]) _ = Ends(0, $"vm drain {host} --guests guests.json --backend rehearsal", mayFail: true);
        Configure($$""", "checkpoint": { "job": "{{job.JobId}}", "intervalMin": "30d", "intervalMax": "60d" }""");
        Assert.That(Ends(0, "guard --config guard.json"), Does.Match(@"a checkpoint: .*\n.*the checkpoint is made, in .*: committed at step \d+"));
        job.Signal(15);
        _ = job.Wait();
        BeginAnew();
        foreach (string host in (string[])["b", "c"]) _ = Ends(0, $"vm drain {host} --guests guests.json --backend rehearsal", mayFail: true);
        Configure($$""", "checkpoint": { "job": "{{job.JobId}}", "intervalMin": "30d", "intervalMax": "60d" }""");
        Assert.That(Ends(0, "guard --config guard.json"), Does.Contain("there is no checkpoint: "), "a job that is gone");
    }

    private void ConfigureLive(int port) => File.WriteAllText(Path.Combine(_folder, "guard.json"), $$"""
        { "guests": "guests.json", "backend": "rehearsal", "model": "model.hpcm", "state": "state", "sources": ["prometheus:http://127.0.0.1:{{port}}/metrics"], "interval": "1s",
          "hosts": { "a": "n0001", "b": "n0002", "c": "n0003" } }
        """);

    private void Move(string places)
    {
        File.WriteAllText(Path.Combine(_folder, "places.json.new"), places);
        File.Move(Path.Combine(_folder, "places.json.new"), Path.Combine(_folder, "places.json"), overwrite: true);
    }

    private double? Risk(string host)
    {
        string file = Path.Combine(_folder, "state", "risks.json");
        if (!File.Exists(file)) return null;
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
        return json.RootElement.TryGetProperty(host, out JsonElement one) && one.GetProperty("risk").ValueKind is JsonValueKind.Number ? one.GetProperty("risk").GetDouble() : null;
    }
}
