using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Explaining;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Live.Protocol;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Live;

/// <summary>
/// Watches nodes by what sources observe: the same features as offline, the risk of each node whenever it is asked for, and the gate before an alert. Memory is
/// bounded by the number of nodes and the schema. One thread at a time.
/// </summary>
public sealed class NodeWatch
{
    private readonly FailurePredictor _predictor;
    private readonly GateOptions _gate;
    private readonly NodeTable _nodes;
    private readonly NameTable _tokens = new();
    private readonly NameTable _kinds = new();
    private readonly TemplateMatcher _templates;
    private readonly FeatureEngine _engine;
    private readonly Dictionary<string, int> _sensorOf = [];
    private readonly double[] _values;
    private readonly Dictionary<int, AlertState> _alerts = [];
    private readonly Dictionary<int, long> _seenS = [];
    private readonly float[] _row;

    /// <summary>A watch that has seen nothing.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="gate">How many samples an alert takes.</param>
    /// <param name="nodesFile">A nodes.csv with the static attributes, or null.</param>
    public NodeWatch(FailurePredictor predictor, GateOptions gate, string? nodesFile = null)
    {
        if (gate.Problem() is { } problem) throw new PredictorException(problem);
        _predictor = predictor;
        _gate = gate;
        _nodes = NodeTable.Read(nodesFile, new DatasetOptions(), []);
        _templates = new TemplateMatcher(predictor.Schema.Templates);
        string[] sensors = [.. predictor.Schema.Features.Where(static f => f.Source == FeatureSource.Sensor).Select(static f => f.Of).Distinct()];
        for (int i = 0; i < sensors.Length; i++) _sensorOf[sensors[i]] = i;
        _values = new double[sensors.Length];
        _engine = new FeatureEngine(predictor.Schema, _nodes, sensors, _tokens, _kinds, TimeZoneInfo.Utc);
        _row = new float[_engine.Width];
        Drift = new DriftMeter(predictor);
    }

    /// <summary>How far the inputs have moved from those of training.</summary>
    public DriftMeter Drift { get; }

    /// <summary>Observations of sensors and events that the model does not know.</summary>
    public long Unknown { get; private set; }

    /// <summary>Observations that came too late to be used.</summary>
    public long Late => _engine.Late;

    /// <summary>Is told of failures that the data report, when they are played; may be null.</summary>
    public Action<NodeFailure>? FailureSeen { get; set; }

    /// <summary>Lets an alert stand that stood before this watch was made: after a restart of its owner a sick node is not taken for one that has just recovered.</summary>
    /// <param name="node">The node.</param>
    /// <param name="sinceS">Since when, in seconds since 1970.</param>
    public void LetAlertStand(string node, long sinceS) => _alerts[_nodes.Names.IndexOf(node)] = new AlertState(AlertPhase.Firing, 0, sinceS);

    /// <summary>Takes in an observation. Observations of a node come in the order of time.</summary>
    /// <param name="seen">The observation.</param>
    public void Observe(Observation seen)
    {
        int node = _nodes.Names.IndexOf(seen.Node);
        if (seen is SensorObservation sensor)
        {
            if (!_sensorOf.TryGetValue(sensor.Sensor, out int column))
            {
                Unknown++;
                return;
            }

            // A sensor that says it has no value is missing; one that was not asked is not.
            _engine.Observe(node, seen.TimeS, column, sensor.Value);
        }
        else if (seen is EventObservation happened)
        {
            int code = happened.Code.Length > 0 ? _tokens.IndexOf($"{happened.Kind}:{happened.Code}") : -1;
            int template = code < 0 && _templates.Match(happened.Message) is { } matched ? _tokens.IndexOf("template:" + matched) : -1;
            _engine.Observe(new HealthEvent(seen.TimeS, node, _tokens.IndexOf(happened.Kind), code, template, (float)happened.Count));
        }

        _seenS[node] = Math.Max(seen.TimeS, _seenS.GetValueOrDefault(node));
    }

    /// <summary>Takes in a whole row of readings of one node: sensors without a value are missing.</summary>
    internal void ObserveRow(long timeS, string node, IReadOnlyList<string> sensors, double[] values, bool isSparse)
    {
        Array.Fill(_values, double.NaN);
        for (int i = 0; i < sensors.Count; i++)
        {
            if (_sensorOf.TryGetValue(sensors[i], out int column)) _values[column] = values[i];
            else Unknown++;
        }

        int index = _nodes.Names.IndexOf(node);
        _engine.Observe(new ReadingRow { TimeS = timeS, Node = index, Values = _values }, isSparse);
        _seenS[index] = Math.Max(timeS, _seenS.GetValueOrDefault(index));
    }

    internal void ObserveFailure(long timeS, string node, string kind, long? untilS)
    {
        int index = _nodes.Names.IndexOf(node);
        _engine.Observe(new Failure(timeS, index, _kinds.IndexOf(kind), untilS, 0));
        FailureSeen?.Invoke(new NodeFailure(node, timeS, kind));
        _seenS[index] = Math.Max(timeS, _seenS.GetValueOrDefault(index));
    }

    /// <summary>Judges every node that was seen within the staleness; others are silent: they have no risk, and their alerts stay as they are.</summary>
    /// <param name="timeS">Now, in seconds since 1970.</param>
    /// <param name="staleAfter">How old a node's newest observation may be.</param>
    public IReadOnlyList<NodeRisk> Judge(long timeS, TimeSpan staleAfter)
    {
        var risks = new List<NodeRisk>();
        double[] one = new double[1];
        foreach ((int node, long seenS) in _seenS.OrderBy(static s => s.Key))
        {
            double? risk = null;
            IReadOnlyList<string> reasons = [];
            if (timeS - seenS <= staleAfter.TotalSeconds)
            {
                _engine.Sample(node, timeS, _row);
                _predictor.Risks(_row, one);
                risk = one[0];
                Drift.See(_row);
            }

            AlertState before = _alerts.GetValueOrDefault(node, AlertState.Initial), after = AlertGate.Next(before, timeS, risk, _predictor.Threshold, _gate);
            _alerts[node] = after;
            bool fires = after.Phase == AlertPhase.Firing && before.Phase == AlertPhase.Quiet, clears = after.Phase == AlertPhase.Quiet && before.Phase == AlertPhase.Firing;
            if (fires) reasons = [.. Explanation.Of(_predictor, _row).Reasons.Where(static r => r.Contribution > 0).Take(3).Select(static r => r.Words)];
            risks.Add(new NodeRisk(_nodes.Names[node], timeS, risk, after.Phase, fires, clears, reasons));
        }

        return risks;
    }
}

/// <summary>A failure that the data report.</summary>
/// <param name="Node">The node.</param>
/// <param name="TimeS">When, in seconds since 1970.</param>
/// <param name="Kind">What failed.</param>
public sealed record NodeFailure(string Node, long TimeS, string Kind);

/// <summary>What is known of a node at a moment.</summary>
/// <param name="Node">The node.</param>
/// <param name="TimeS">When, in seconds since 1970.</param>
/// <param name="Risk">The probability of a failure within the horizon; null where nothing new was seen of the node.</param>
/// <param name="Alert">Whether an alert stands.</param>
/// <param name="Fires">Whether it has just begun.</param>
/// <param name="Clears">Whether it has just ended.</param>
/// <param name="Reasons">Why it fires, in words.</param>
public sealed record NodeRisk(string Node, long TimeS, double? Risk, AlertPhase Alert, bool Fires, bool Clears, IReadOnlyList<string> Reasons);
