using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Features;

/// <summary>
/// Turns what is observed into features: the one code path, offline and live. Observations come in the order of time; a sample at t uses
/// what was observed so far and nothing else. What is older than the newest observation of its node is left out and counted as late.
/// </summary>
internal sealed class FeatureEngine
{
    public const string AnyFailure = "any";

    private readonly FeatureSchema _schema;
    private readonly NodeAttributes _attributes;
    private readonly NameTable _tokens;
    private readonly NameTable _kinds;
    private readonly SensorPlan[] _sensors;
    private readonly int[] _columnOfSensor;
    private readonly IReadOnlyList<CounterPlan> _events;
    private readonly IReadOnlyList<CounterPlan> _failures;
    private readonly IReadOnlyList<CounterPlan> _neighbours;
    private readonly CounterPlan? _rows;
    private readonly FleetMoments?[] _fleet;
    private readonly Dictionary<string, int> _eventPlanOf;
    private readonly Dictionary<string, int> _failurePlanOf;
    private readonly Dictionary<string, int> _neighbourPlanOf;
    private readonly List<NodeState?> _nodes = [];
    private readonly Dictionary<int, GroupState> _groups = [];
    private readonly (int At, bool IsHour)[] _clock;

    public FeatureEngine(FeatureSchema schema, NodeTable nodes, IReadOnlyList<string> sensors, NameTable tokens, NameTable kinds, TimeZoneInfo zone)
    {
        _schema = schema;
        _tokens = tokens;
        _kinds = kinds;
        _attributes = new NodeAttributes(nodes, schema, zone);
        _sensors = [.. schema.Features.Where(static f => f.Source == FeatureSource.Sensor).Select(static f => f.Of).Distinct().Select(s => new SensorPlan(s, schema.Features))];
        _columnOfSensor = [.. _sensors.Select(plan => sensors.ToList().IndexOf(plan.Sensor))];
        _events = CounterPlan.All(FeatureSource.Event, schema.Features);
        _failures = CounterPlan.All(FeatureSource.Failure, schema.Features);
        _neighbours = CounterPlan.All(FeatureSource.Neighbours, schema.Features);
        _rows = CounterPlan.All(FeatureSource.Rows, schema.Features) is [CounterPlan first, ..] ? first : null;
        _fleet = [.. _sensors.Select(static plan => plan.FleetAt >= 0 ? new FleetMoments() : null)];
        _eventPlanOf = Index(_events);
        _failurePlanOf = Index(_failures);
        _neighbourPlanOf = Index(_neighbours);
        _clock = [.. schema.Features.Select(static (f, i) => (i, f)).Where(static x => x.f.Source == FeatureSource.Clock).Select(static x => (x.i, x.f.Stat == FeatureStat.HourOfDay))];
    }

    public int Width => _schema.Features.Count;

    /// <summary>Observations that came too late to be used.</summary>
    public long Late { get; private set; }

    /// <summary>Sensors of the schema that the source does not have; their features are missing.</summary>
    public IReadOnlyList<string> AbsentSensors => [.. _sensors.Where((_, i) => _columnOfSensor[i] < 0).Select(static plan => plan.Sensor)];

    /// <summary>Observes a row of readings. In a sparse row a value that is NaN was not said; in a full one it is missing.</summary>
    public void Observe(in ReadingRow row, bool isSparse)
    {
        NodeState state = StateOf(row.Node, row.TimeS);
        CountRow(state, row.TimeS);
        for (int i = 0; i < _sensors.Length; i++)
        {
            int column = _columnOfSensor[i];
            if (column < 0) continue;
            double value = row.Values[column];
            if (isSparse && double.IsNaN(value)) continue;
            ObserveInTime(state, i, row.TimeS, value);
        }
    }

    /// <summary>Observes one sensor; NaN: it is missing now. The others of the node stay as they are.</summary>
    public void Observe(int node, long timeS, int column, double value)
    {
        NodeState state = StateOf(node, timeS);
        CountRow(state, timeS);
        for (int i = 0; i < _sensors.Length; i++)
        {
            if (_columnOfSensor[i] == column) ObserveInTime(state, i, timeS, value);
        }
    }

    public void Observe(in HealthEvent happened)
    {
        NodeState state = StateOf(happened.Node, happened.TimeS);
        Count(state, happened.Node, happened.TimeS, happened.Kind, happened.Count);
        if (happened.Code >= 0) Count(state, happened.Node, happened.TimeS, happened.Code, happened.Count);
        if (happened.Template >= 0) Count(state, happened.Node, happened.TimeS, happened.Template, happened.Count);
    }

    public void Observe(in Failure failure)
    {
        NodeState state = StateOf(failure.Node, failure.TimeS);
        if (state.LastFailureS != failure.TimeS)
        {
            state.BeforeLastFailureS = state.LastFailureS;
            state.LastFailureS = failure.TimeS;
            if (_failurePlanOf.TryGetValue(AnyFailure, out int any)) Add(state.Failures, _failures, any, failure.TimeS, 1);
            Neighbour(state, failure.Node, AnyFailure, failure.TimeS, 1);
        }

        // A failure's kind is known when its repair ends; where no end is recorded, at once.
        state.Pending.Enqueue((failure.TimeS, failure.Kind), failure.UntilS ?? failure.TimeS);
        if (failure.UntilS is null) Release(state, failure.TimeS);
    }

    /// <summary>The features of a node at a time that is not before any observation of it.</summary>
    public void Sample(int node, long timeS, Span<float> row)
    {
        NodeState state = StateOf(node, null);
        Release(state, timeS);
        _attributes.Fill(node, timeS, row);
        for (int i = 0; i < _sensors.Length; i++) SampleSensor(state, i, timeS, row);
        double ageHours = ((timeS - (_attributes.StartOf(node) ?? state.FirstS)) / 3600.0) ?? double.NaN;
        for (int i = 0; i < _events.Count; i++) SampleCounter(_events[i], state.Events[i], timeS, ageHours, row);
        for (int i = 0; i < _failures.Count; i++) SampleFailure(_failures[i], state, state.Failures[i], timeS, ageHours, row);
        for (int i = 0; i < _neighbours.Count; i++) SampleNeighbours(i, state, node, timeS, row);
        if (_rows is not null) SampleCounter(_rows, state.Rows, timeS, ageHours, row);
        foreach ((int at, bool isHour) in _clock) row[at] = isHour ? timeS / 3600 % 24 : ((timeS / 86400) + 3) % 7;
    }

    private static Dictionary<string, int> Index(IReadOnlyList<CounterPlan> plans) => plans.Select(static (p, i) => (p.Of, i)).ToDictionary(static x => x.Of, static x => x.i);

    private static void Add(WindowCounter?[] counters, IReadOnlyList<CounterPlan> plans, int plan, long timeS, float count) =>
        (counters[plan] ??= new WindowCounter(plans[plan].WindowsS)).Add(timeS, count);

    private static void Put(Span<float> row, int at, double value)
    {
        if (at >= 0) row[at] = (float)value;
    }

    private NodeState StateOf(int node, long? seenS)
    {
        while (_nodes.Count <= node) _nodes.Add(null);
        NodeState state = _nodes[node] ??= new NodeState(_sensors.Length, _events.Count, _failures.Count, _neighbours.Count);
        if (seenS is { } timeS) state.FirstS ??= timeS;
        return state;
    }

    /// <summary>What one time says of a node is one row, however many pieces it comes in.</summary>
    private void CountRow(NodeState state, long timeS)
    {
        if (_rows is null || state.Rows?.LastS == timeS) return;
        (state.Rows ??= new WindowCounter(_rows.WindowsS)).Add(timeS, 1);
    }

    private void ObserveInTime(NodeState state, int sensor, long timeS, double value)
    {
        if (timeS < state.SeenS[sensor]) Late++;
        else Observe(state, sensor, timeS, value);
    }

    private void Observe(NodeState state, int sensor, long timeS, double value)
    {
        SensorPlan plan = _sensors[sensor];
        double before;
        if (_schema.IsHeld)
        {
            HeldHistory held = state.Held[sensor] ??= new HeldHistory();
            before = held.Last;
            held.Observe(timeS, value, plan.ReachS);
        }
        else
        {
            SampledWindows sampled = state.Sampled[sensor] ??= new SampledWindows(plan.WindowsS);
            before = sampled.Last;
            sampled.Observe(timeS, value);
        }

        _fleet[sensor]?.Replace(before, value);
        if (!double.IsNaN(value)) state.SeenS[sensor] = timeS;
    }

    private void Count(NodeState state, int node, long timeS, int token, float count)
    {
        string name = _tokens[token];
        if (_eventPlanOf.TryGetValue(name, out int plan)) Add(state.Events, _events, plan, timeS, count);
        Neighbour(state, node, name, timeS, count);
    }

    private void Neighbour(NodeState state, int node, string of, long timeS, float count)
    {
        if (!_neighbourPlanOf.TryGetValue(of, out int plan)) return;
        int group = _attributes.GroupOf(node);
        if (group < 0) return;
        if (!_groups.TryGetValue(group, out GroupState? neighbours)) _groups.Add(group, neighbours = new GroupState(_neighbours.Count));
        Add(neighbours.Counters, _neighbours, plan, timeS, count);
        Add(state.Neighbours, _neighbours, plan, timeS, count);
    }

    private void Release(NodeState state, long timeS)
    {
        while (state.Pending.TryPeek(out (long TimeS, int Kind) failure, out long knownS) && knownS <= timeS)
        {
            _ = state.Pending.Dequeue();
            if (knownS > failure.TimeS) state.LastRepairHours = (knownS - failure.TimeS) / 3600.0;
            if (_failurePlanOf.TryGetValue(_kinds[failure.Kind], out int plan)) Add(state.Failures, _failures, plan, knownS, 1);
        }
    }

    private void SampleSensor(NodeState state, int sensor, long timeS, Span<float> row)
    {
        SensorPlan plan = _sensors[sensor];
        double last = (_schema.IsHeld ? state.Held[sensor]?.Last : state.Sampled[sensor]?.Last) ?? double.NaN;
        Put(row, plan.LastAt, last);
        Put(row, plan.SinceAt, state.SeenS[sensor] == 0 ? double.NaN : (timeS - state.SeenS[sensor]) / 3600.0);
        if (plan.FleetAt >= 0) row[plan.FleetAt] = (float)_fleet[sensor]!.Deviation(last);
        for (int w = 0; w < plan.Windows.Count; w++)
        {
            WindowPlan window = plan.Windows[w];
            if (_schema.IsHeld) SampleHeld(window, state.Held[sensor], timeS, row);
            else SampleWindow(window, state.Sampled[sensor]?.Figures(w, timeS) ?? WindowFigures.None, row);
        }
    }

    private static void SampleHeld(WindowPlan window, HeldHistory? held, long timeS, Span<float> row)
    {
        bool isMissing = held is null || !held.Is;
        if (window.ChangeAt >= 0) row[window.ChangeAt] = isMissing ? float.NaN : (float)held!.Change(timeS, window.WindowS);
        if (window.IncreaseAt >= 0) row[window.IncreaseAt] = isMissing ? float.NaN : (float)held!.Increase(timeS, window.WindowS);
        if (window.MaxAt >= 0) row[window.MaxAt] = isMissing ? float.NaN : (float)held!.Max(timeS, window.WindowS);
        if (window.MinAt >= 0) row[window.MinAt] = isMissing ? float.NaN : (float)held!.Min(timeS, window.WindowS);
        // A held value has neither a mean of samples nor a slope through them.
        Put(row, window.MeanAt, double.NaN);
        Put(row, window.SlopeAt, double.NaN);
        Put(row, window.DeviationAt, double.NaN);
    }

    private static void SampleWindow(WindowPlan window, in WindowFigures figures, Span<float> row)
    {
        Put(row, window.MeanAt, figures.Mean);
        Put(row, window.MinAt, figures.Min);
        Put(row, window.MaxAt, figures.Max);
        Put(row, window.SlopeAt, figures.Slope);
        Put(row, window.DeviationAt, figures.Deviation);
        Put(row, window.ChangeAt, figures.Change);
        Put(row, window.IncreaseAt, figures.Increase);
    }

    private static void SampleCounter(CounterPlan plan, WindowCounter? counter, long timeS, double ageHours, Span<float> row)
    {
        for (int w = 0; w < plan.WindowsS.Length; w++) Put(row, plan.CountAt[w], counter?.Count(w, timeS) ?? 0);
        Put(row, plan.TotalAt, counter?.Total ?? 0);
        Put(row, plan.SinceAt, counter?.LastS is { } last ? (timeS - last) / 3600.0 : double.NaN);
        Put(row, plan.GapAt, counter is { LastS: { } end, BeforeLastS: { } begin } ? (end - begin) / 3600.0 : double.NaN);
        Put(row, plan.RateAt, (counter?.Total ?? 0) / (24 + ageHours) * 1000);
    }

    private static void SampleFailure(CounterPlan plan, NodeState state, WindowCounter? counter, long timeS, double ageHours, Span<float> row)
    {
        SampleCounter(plan, counter, timeS, ageHours, row);
        Put(row, plan.LengthAt, state.LastRepairHours);
    }

    private void SampleNeighbours(int plan, NodeState state, int node, long timeS, Span<float> row)
    {
        CounterPlan neighbours = _neighbours[plan];
        int group = _attributes.GroupOf(node);
        WindowCounter? all = group >= 0 && _groups.TryGetValue(group, out GroupState? found) ? found.Counters[plan] : null;
        for (int w = 0; w < neighbours.WindowsS.Length; w++)
        {
            float own = state.Neighbours[plan]?.Count(w, timeS) ?? 0;
            Put(row, neighbours.CountAt[w], group < 0 ? double.NaN : (all?.Count(w, timeS) ?? 0) - own);
        }

        // Not "since": the group's last event may be the node's own, and then the neighbours' is not remembered.
        Put(row, neighbours.SinceAt, double.NaN);
    }
}
