using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Features;

/// <summary>The static attributes of all nodes, ready for a schema: groups, starts, and the values of attribute features.</summary>
internal sealed class NodeAttributes
{
    private readonly NodeTable _nodes;
    private readonly FeatureSchema _schema;
    private readonly TimeZoneInfo _zone;
    private readonly (int At, FeatureSpec Feature)[] _features;
    private readonly List<float[]> _values = [];
    private readonly List<long[]> _times = [];
    private readonly List<long?> _starts = [];
    private readonly List<int> _groups = [];
    private readonly NameTable _groupNames = new();

    public NodeAttributes(NodeTable nodes, FeatureSchema schema, TimeZoneInfo zone)
    {
        _nodes = nodes;
        _schema = schema;
        _zone = zone;
        _features = [.. schema.Features.Select(static (f, i) => (i, f)).Where(static x => x.f.Source == FeatureSource.Node && x.f.Of != NodeTable.ObservationEnd)];
        Reach(nodes.Names.Count - 1);
    }

    /// <summary>The node's group, or -1.</summary>
    public int GroupOf(int node)
    {
        Reach(node);
        return _groups[node];
    }

    /// <summary>Since when the node is watched, by its attribute.</summary>
    public long? StartOf(int node)
    {
        Reach(node);
        return _starts[node];
    }

    public void Fill(int node, long timeS, Span<float> row)
    {
        Reach(node);
        float[] values = _values[node];
        long[] times = _times[node];
        for (int i = 0; i < _features.Length; i++)
        {
            // A time that is still to come would tell of the future.
            row[_features[i].At] = _features[i].Feature.Stat != FeatureStat.Since ? values[i] : times[i] <= timeS ? (timeS - times[i]) / 3600f : float.NaN;
        }
    }

    private void Reach(int node)
    {
        while (_values.Count <= node)
        {
            int next = _values.Count;
            float[] values = new float[_features.Length];
            long[] times = new long[_features.Length];
            for (int i = 0; i < _features.Length; i++)
            {
                string text = _nodes.Attribute(next, _features[i].Feature.Of);
                values[i] = Value(_features[i].Feature, text);
                times[i] = text.Length > 0 && _features[i].Feature.Stat == FeatureStat.Since && TimeText.TryParse(text, _zone, out long timeS) ? timeS : long.MaxValue;
            }

            _values.Add(values);
            _times.Add(times);
            _starts.Add(_schema.Start.Length > 0 && TimeText.TryParse(_nodes.Attribute(next, _schema.Start), _zone, out long startS) ? startS : null);
            string group = _schema.GroupBy.Length > 0 ? _nodes.Attribute(next, _schema.GroupBy) : "";
            _groups.Add(group.Length > 0 ? _groupNames.IndexOf(group) : -1);
        }
    }

    private static float Value(FeatureSpec feature, string text) => feature.Stat switch
    {
        FeatureStat.Rank => text.Length > 0 && feature.Words!.TryGetValue(text, out float rank) ? rank : float.NaN,
        FeatureStat.Value => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value : float.NaN,
        _ => float.NaN,
    };
}
