using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Linq;
using System.Text;
using HpcVirt.Predictor.Live.Protocol;

namespace HpcVirt.Predictor.Live;

/// <summary>
/// Risks as metrics: by a <see cref="Meter"/> named HpcVirt.Predictor, which any OpenTelemetry exporter takes up, and as Prometheus text. A node without a risk has no sample:
/// missing is not zero.
/// </summary>
public sealed class RiskMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HpcVirt.Predictor";

    private readonly Meter _meter = new(MeterName);
    private readonly ConcurrentDictionary<string, NodeRisk> _newest = new();
    private readonly string _horizon;

    /// <summary>Metrics of a predictor.</summary>
    /// <param name="predictor">The predictor.</param>
    public RiskMetrics(FailurePredictor predictor)
    {
        _horizon = Data.DurationText.Format(predictor.Horizon);
        _ = _meter.CreateObservableGauge("hpcvirt.node.failure.risk", Observe, unit: "1", description: "Probability that the node fails within the horizon.");
    }

    /// <summary>Takes in what is known now.</summary>
    /// <param name="risks">One entry a node.</param>
    public void Set(IEnumerable<NodeRisk> risks)
    {
        foreach (NodeRisk risk in risks) _newest[risk.Node] = risk;
    }

    /// <summary>The metrics in the Prometheus text format.</summary>
    public string ToPrometheus()
    {
        var text = new StringBuilder("# HELP hpcvirt_node_failure_risk Probability that the node fails within the horizon.\n# TYPE hpcvirt_node_failure_risk gauge\n");
        NodeRisk[] risks = [.. _newest.Values.OrderBy(static r => r.Node, StringComparer.Ordinal)];
        foreach (NodeRisk risk in risks.Where(static r => r.Risk is not null)) text.Append(CultureInfo.InvariantCulture, $"hpcvirt_node_failure_risk{{node=\"{Escaped(risk.Node)}\",horizon=\"{_horizon}\"}} {risk.Risk:R}\n");
        text.Append("# HELP hpcvirt_node_failure_alert Whether an alert stands.\n# TYPE hpcvirt_node_failure_alert gauge\n");
        foreach (NodeRisk risk in risks) text.Append(CultureInfo.InvariantCulture, $"hpcvirt_node_failure_alert{{node=\"{Escaped(risk.Node)}\"}} {(risk.Alert == AlertPhase.Firing ? 1 : 0)}\n");
        return text.ToString();
    }

    /// <summary>Takes the meter away.</summary>
    public void Dispose() => _meter.Dispose();

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private IEnumerable<Measurement<double>> Observe() =>
        _newest.Values.Where(static r => r.Risk is not null).Select(r => new Measurement<double>(r.Risk!.Value, new KeyValuePair<string, object?>("node", r.Node), new KeyValuePair<string, object?>("horizon", _horizon)));
}
