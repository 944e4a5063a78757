using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Features;

namespace HpcVirt.Predictor.Training;

/// <summary>Feature rows with their points, in the order of time; positives are all there, negatives at one rate.</summary>
internal sealed class LabelledRows(int width)
{
    private readonly List<Point> _points = [];
    private readonly List<bool> _labels = [];
    private float[] _values = new float[1024 * width];

    public int Width { get; } = width;

    public int Count => _points.Count;

    public IReadOnlyList<Point> Points => _points;

    public bool Label(int row) => _labels[row];

    /// <summary>Whether a negative is taken: decided by its name and time alone, so that every pass takes the same ones.</summary>
    public static bool Takes(Point point, double rate, int seed)
    {
        if (rate >= 1) return true;
        ulong hash = ((ulong)point.TimeS * 0x9E3779B97F4A7C15UL) ^ ((ulong)point.Node * 0xC2B2AE3D27D4EB4FUL) ^ ((ulong)seed << 32);
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCDUL;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53UL;
        hash ^= hash >> 33;
        return (hash >> 11) * (1.0 / (1UL << 53)) < rate;
    }

    public void Add(Point point, bool label, FeatureEngine engine)
    {
        if ((long)(Count + 1) * Width > Array.MaxLength) throw new PredictorException($"{Count} rows of {Width} features are as many as fit; give a smaller --rows or a schema with fewer features.");
        if ((Count + 1) * Width > _values.Length) Array.Resize(ref _values, (int)Math.Min(Array.MaxLength, _values.Length * 2L));
        engine.Sample(point.Node, point.TimeS, _values.AsSpan(Count * Width, Width));
        _points.Add(point);
        _labels.Add(label);
    }

    /// <summary>The rows of a stretch of time, as they are or with the labels of another horizon.</summary>
    public TrainingData Between(long fromS, long toS, Func<Point, bool>? labelOf = null)
    {
        int from = Lower(fromS), to = Lower(toS + 1);
        bool[] labels = new bool[to - from];
        for (int i = 0; i < labels.Length; i++) labels[i] = labelOf is null ? _labels[from + i] : labelOf(_points[from + i]);
        return new TrainingData(Width, _values.AsMemory(from * Width, (to - from) * Width), labels);
    }

    private int Lower(long timeS)
    {
        int low = 0, high = _points.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_points[middle].TimeS < timeS) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
