using System;
using System.Linq;
using HpcVirt.Predictor.Engines;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace HpcVirt.Predictor.MLNet;

/// <summary>
/// A model of ML.NET. Trees are taken out and scored by our own code: the same margins, without a data view around every row, by any number of threads, and with exact
/// contributions. Linear models are scored by ML.NET itself, whose transformers may be shared by threads (a PredictionEngine may not).
/// </summary>
internal sealed class MLNetModel : IFailureModel
{
    private readonly MLContext _context;
    private readonly ITransformer _model;
    private readonly byte[] _payload;
    private readonly float[] _replacements;
    private readonly DecisionTrees? _trees;
    private readonly MLNetLinear[] _linear;
    private readonly double _scale;

    /// <summary>Takes a model of ML.NET over.</summary>
    /// <param name="context">ML.NET's context.</param>
    /// <param name="model">The model.</param>
    /// <param name="width">The number of features of a row.</param>
    /// <param name="payload">Its bytes, as ML.NET saved it.</param>
    /// <param name="covers">What <see cref="Covers"/> counted in training; null for a payload from before it was counted, whose margins are ML.NET's bare scores.</param>
    public MLNetModel(MLContext context, ITransformer model, int width, byte[] payload, float[]? covers)
    {
        _context = context;
        _model = model;
        _payload = payload;
        Width = width;
        float[] missing = new float[width];
        Array.Fill(missing, float.NaN);
        // What replaces a missing value is what comes out for a row of nothing but missing values.
        _replacements = Column(missing, MLNetPipeline.FilledColumn)[0];
        // Scores are log-odds over a factor that the calibrator knows; with it, contributions are log-odds. Several members are joined in log-odds already.
        MLNetPart[] parts = [.. MLNetParts.Of(model).Select(part => covers is null ? part with { Scale = 1 } : part)];
        _scale = parts.Length == 1 ? parts[0].Scale : 1;
        MLNetPart[] trees = [.. parts.Where(static part => part.Trees is not null)], linear = [.. parts.Where(static part => part.Linear is not null)];
        double[] weights = MLNetMembers.Weights(trees.Length, linear.Length);
        if (trees.Length > 0) _trees = MLNetTrees.Of([.. trees.Select((part, i) => (part.Trees!, part.Scale * weights[i]))], 2 * width, covers is { Length: > 0 } ? covers : null);
        _linear = [.. linear.Select((part, i) => new MLNetLinear(part, weights[trees.Length + i]))];
    }

    public int Width { get; }

    public byte[] Payload() => [.. _payload];

    public void Score(ReadOnlySpan<float> rows, Span<double> margins)
    {
        if (rows.Length != (long)margins.Length * Width) throw new PredictorException($"{margins.Length} rows of {Width} features need {(long)margins.Length * Width} values, but {rows.Length} are given.");
        float[] inputs = new float[margins.Length * 2 * Width];
        for (int i = 0; i < margins.Length; i++) Fill(rows.Slice(i * Width, Width), inputs.AsSpan(i * 2 * Width, 2 * Width));
        if (_trees is null) margins.Clear();
        else _trees.Score(inputs, margins);
        foreach (MLNetLinear linear in _linear)
        {
            for (int i = 0; i < margins.Length; i++) margins[i] += linear.Score(inputs.AsSpan(i * 2 * Width, 2 * Width));
        }
    }

    public double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        double[] own = new double[2 * Width];
        float[] input = new float[2 * Width];
        Fill(row, input);
        double bias = _trees?.Explain(input, own) ?? 0;
        foreach (MLNetLinear linear in _linear) bias += linear.Explain(input, own);
        // A feature and its indicator are one feature to the reader.
        for (int f = 0; f < Width; f++) contributions[f] = own[f] + own[Width + f];
        return bias;
    }

    /// <summary>How many rows come by each node of the trees; empty for a linear model.</summary>
    internal float[] Covers(ReadOnlySpan<float> rows)
    {
        if (_trees is null) return [];
        float[] covers = new float[_trees.Nodes], inputs = new float[2 * Width];
        for (int row = 0; row < rows.Length; row += Width)
        {
            Fill(rows.Slice(row, Width), inputs);
            _trees.Count(inputs, covers);
        }

        return covers;
    }

    /// <summary>ML.NET's own scores, to hold ours against: our margins are so many times theirs.</summary>
    internal (float[] Scores, double Scale) NativeScores(float[] rows) => ([.. _model.Transform(MLNetRows.View(_context, rows, Width)).GetColumn<float>("Score")], _scale);

    private void Fill(ReadOnlySpan<float> row, Span<float> input)
    {
        for (int f = 0; f < Width; f++)
        {
            bool isMissing = float.IsNaN(row[f]);
            input[f] = isMissing ? _replacements[f] : row[f];
            input[Width + f] = isMissing ? 1 : 0;
        }
    }

    private float[][] Column(float[] rows, string name) => [.. _model.Transform(MLNetRows.View(_context, rows, Width)).GetColumn<float[]>(name)];
}
