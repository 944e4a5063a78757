using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines;

namespace HpcVirt.Predictor.Features;

/// <summary>Goes through points in the order of time and scores them by one or more models, in blocks: no more than a block of features is ever held.</summary>
internal sealed class PointScoring
{
    private const int BlockRows = 4096;

    private readonly IReadOnlyList<IFailureModel> _models;
    private readonly int _width;
    private readonly float[] _block;
    private readonly double[] _scores = new double[BlockRows];
    private int _filled;

    private PointScoring(IReadOnlyList<IFailureModel> models, int width)
    {
        _models = models;
        _width = width;
        _block = new float[BlockRows * width];
        Margins = new List<double>[models.Count];
        for (int m = 0; m < models.Count; m++) Margins[m] = [];
    }

    public List<Point> Points { get; } = [];

    /// <summary>Per model, one margin a point.</summary>
    public List<double>[] Margins { get; }

    /// <summary>Sensors of the schema that the data lack.</summary>
    public IReadOnlyList<string> AbsentSensors { get; private set; } = [];

    /// <summary>Scores points, which come in the order of time.</summary>
    /// <param name="dataset">The data.</param>
    /// <param name="schema">The features.</param>
    /// <param name="points">The points.</param>
    /// <param name="models">The models.</param>
    /// <param name="onRow">Shown each row of features, with its point's index.</param>
    /// <param name="onProgress">Told how much is done.</param>
    public static PointScoring Run(
        HealthDataset dataset, FeatureSchema schema, IEnumerable<Point> points, IReadOnlyList<IFailureModel> models, RowSink? onRow = null, Action<string, double>? onProgress = null)
    {
        var engine = new FeatureEngine(schema, dataset.Nodes, dataset.Sensors, dataset.EventTokens, dataset.FailureKinds, dataset.Options.Zone);
        using var replay = new Replay(dataset, engine, onProgress);
        var scoring = new PointScoring(models, engine.Width) { AbsentSensors = engine.AbsentSensors };
        long timeS = long.MinValue;
        foreach (Point point in points)
        {
            if (point.TimeS < timeS) throw new PredictorException("points to be scored must come in the order of time.");
            if (point.TimeS != timeS) replay.AdvanceTo(timeS = point.TimeS);
            Span<float> row = scoring._block.AsSpan(scoring._filled * engine.Width, engine.Width);
            engine.Sample(point.Node, point.TimeS, row);
            onRow?.Invoke(scoring.Points.Count, row);
            scoring.Points.Add(point);
            if (++scoring._filled == BlockRows) scoring.Flush();
        }

        scoring.Flush();
        return scoring;
    }

    private void Flush()
    {
        for (int m = 0; m < _models.Count; m++)
        {
            Span<double> scores = _scores.AsSpan(0, _filled);
            _models[m].Score(_block.AsSpan(0, _filled * _width), scores);
            Margins[m].AddRange(scores);
        }

        _filled = 0;
    }
}

/// <summary>Sees a row of features as it passes.</summary>
internal delegate void RowSink(int index, ReadOnlySpan<float> row);
