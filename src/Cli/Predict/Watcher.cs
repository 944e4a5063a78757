using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Live.Protocol;

namespace HpcVirt.Cli.Predict;

/// <summary>Tells what a watch finds: alerts as lines, risks as metrics.</summary>
internal sealed class Watcher(FailurePredictor predictor, string? metricsFile, int? roundsMax, CancellationTokenSource stop) : IDisposable
{
    private readonly RiskMetrics _metrics = new(predictor);
    private int _rounds;
    private int _fired;
    private int _nodesMost;

    public void Tell(IReadOnlyList<NodeRisk> risks)
    {
        foreach (NodeRisk risk in risks.Where(static r => r.Fires || r.Clears))
        {
            if (risk.Fires) _fired++;
            string time = DateTimeOffset.FromUnixTimeSeconds(risk.TimeS).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
            Console.Out.WriteLine($"{time} {risk.Node} {(risk.Fires ? $"ALERT {risk.Risk:P1}: {string.Join("; ", risk.Reasons)}" : $"clear {risk.Risk:P1}")}");
        }

        _nodesMost = Math.Max(_nodesMost, risks.Count);
        _metrics.Set(risks);
        if (metricsFile is not null)
        {
            File.WriteAllText(metricsFile + ".part", _metrics.ToPrometheus());
            File.Move(metricsFile + ".part", metricsFile, overwrite: true);
        }

        if (++_rounds == roundsMax) stop.Cancel();
        if (roundsMax is not null || Console.IsOutputRedirected) return;
        int firing = risks.Count(static r => r.Alert == AlertPhase.Firing), silent = risks.Count(static r => r.Risk is null);
        Console.Error.Write($"\r{risks.Count} nodes, {firing} alerts, {silent} silent   ");
    }

    public void Close(NodeWatch watch)
    {
        Console.Out.WriteLine($"{_rounds} judgements, {_fired} alerts fired; {watch.Unknown} observations unknown to the model, {watch.Late} too late");
        if (_nodesMost == 0) Console.Error.WriteLine("hpcvirt: no node was heard of: the sources gave nothing that the model knows. Compare their sensors' names with those in the model (unzip -p MODEL features.json), and see whether this machine has the files they read.");
        foreach ((string feature, double index) in watch.Drift.DriftedFeatures().Take(10)) Console.Out.WriteLine($"drift: {feature} (index {index:0.00})");
    }

    public void Dispose() => _metrics.Dispose();
}
