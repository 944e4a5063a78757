using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Live.Protocol;

namespace HpcVirt.Control.Guard;

/// <summary>From what the predictor says of nodes to what the guard knows of hosts, and words of administrators beside it.</summary>
internal sealed class GuardBridge(GuardConfig config, GuardDriver driver, Action<string> say)
{
    private readonly Dictionary<string, string> _hostOf = config.NodeOf.ToDictionary(static one => one.Value, static one => one.Key);
    private readonly ConcurrentQueue<(string Host, string Kind)> _failed = new();
    private readonly List<HostFailed> _reported = [];
    private string _troubles = "";
    private bool _isJudged;

    /// <summary>A failure that the data report.</summary>
    public void OnFailure(NodeFailure failure)
    {
        if (_hostOf.TryGetValue(failure.Node, out string? host)) _reported.Add(new HostFailed(failure.TimeS, host, failure.Kind));
    }

    /// <summary>A failure that the hypervisor has shown; called on any thread.</summary>
    public void OnHostFailed(string host, string kind) => _failed.Enqueue((host, kind));

    /// <summary>What sources complain of, told when it changes.</summary>
    public void Trouble(IReadOnlyList<string> troubles)
    {
        string now = string.Join("; ", troubles);
        if (now != _troubles && now.Length > 0) say(now);
        _troubles = now;
    }

    /// <summary>Hands over a judgement of all nodes, and what else has come in.</summary>
    public async Task Judge(IReadOnlyList<NodeRisk> risks)
    {
        // What failed before the first judgement is history: nobody could have foreseen it here.
        if (_isJudged) foreach (HostFailed failed in _reported) await driver.PostAsync(failed);
        _reported.Clear();
        _isJudged = true;
        if (risks.Count == 0) return;
        long timeS = risks[0].TimeS;
        while (_failed.TryDequeue(out (string Host, string Kind) one)) await driver.PostAsync(new HostFailed(timeS, one.Host, one.Kind));
        await driver.PostAsync(new Judged(timeS, [.. risks.Where(risk => _hostOf.ContainsKey(risk.Node)).Select(risk => JudgementOf(risk))]));
        foreach (HostChecked said in AdminWords.Waiting(config.StateDirectory)) await driver.PostAsync(said);

        WriteRisks(risks);
    }

    private HostJudgement JudgementOf(NodeRisk risk) =>
        new(_hostOf[risk.Node], risk.Node, new HostHealth(risk.Risk, risk.Alert is AlertPhase.Firing), risk.Fires, [.. risk.Reasons]);

    /// <summary>What is known now, for <c>hpcvirt vm drain</c> and <c>rebalance</c>: STATE/risks.json, replaced as a whole.</summary>
    private void WriteRisks(IReadOnlyList<NodeRisk> risks)
    {
        if (driver.State.Policy.IsDryRun) return;
        var hosts = new JsonObject();
        foreach (NodeRisk risk in risks.Where(risk => _hostOf.ContainsKey(risk.Node)))
            hosts[_hostOf[risk.Node]] = new JsonObject { ["risk"] = risk.Risk, ["isFiring"] = risk.Alert is AlertPhase.Firing, ["timeS"] = risk.TimeS };
        string file = Path.Combine(config.StateDirectory, "risks.json");
        try
        {
            File.WriteAllText(file + ".part", hosts.ToJsonString());
            File.Move(file + ".part", file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trouble([$"{file} cannot be written: {e.Message}"]);
        }
    }
}
