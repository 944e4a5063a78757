using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Engines;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

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
    private readonly LinearModelParameters? _linear;
    private readonly double _scale = 1;

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
        object? own = Predictor(model);
        // FastTree's scores are log-odds over a factor that its calibrator knows; with it, contributions are log-odds.
        if (covers is not null && CalibratorOf(own) is { } platt) _scale = -platt.Slope;
        float[] missing = new float[width];
        Array.Fill(missing, float.NaN);
        // What replaces a missing value is what comes out for a row of nothing but missing values.
        _replacements = Column(missing, MLNetPipeline.FilledColumn)[0];
        switch (SubModel(own))
        {
            case TreeEnsembleModelParametersBasedOnRegressionTree { TrainedTreeEnsemble: var ensemble }:
                _trees = MLNetTrees.Of(ensemble.Bias, ensemble.TreeWeights, ensemble.Trees, 2 * width, _scale, covers);
                break;
            case TreeEnsembleModelParametersBasedOnQuantileRegressionTree { TrainedTreeEnsemble: var forest }:
                _trees = MLNetTrees.Of(forest.Bias, forest.TreeWeights, forest.Trees, 2 * width, _scale, covers);
                break;
            case LinearModelParameters linear:
                _linear = linear;
                break;
            default:
                throw new PredictorException("the ML.NET model ends in neither trees nor a linear model; train again.");
        }
    }

    public int Width { get; }

    public byte[] Payload() => [.. _payload];

    public void Score(ReadOnlySpan<float> rows, Span<double> margins)
    {
        if (rows.Length != (long)margins.Length * Width) throw new PredictorException($"{margins.Length} rows of {Width} features need {(long)margins.Length * Width} values, but {rows.Length} are given.");
        if (_trees is null)
        {
            float[][] scores = [.. _model.Transform(MLNetRows.View(_context, rows.ToArray(), Width)).GetColumn<float>("Score").Select(static s => new[] { s })];
            for (int i = 0; i < margins.Length; i++) margins[i] = scores[i][0] * _scale;
            return;
        }

        float[] inputs = new float[margins.Length * 2 * Width];
        for (int i = 0; i < margins.Length; i++) Fill(rows.Slice(i * Width, Width), inputs.AsSpan(i * 2 * Width, 2 * Width));
        _trees.Score(inputs, margins);
    }

    public double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        double[] own = new double[2 * Width];
        double bias;
        if (_trees is not null)
        {
            float[] input = new float[2 * Width];
            Fill(row, input);
            bias = _trees.Explain(input, own);
        }
        else
        {
            float[] input = Column(row.ToArray(), MLNetPipeline.InputColumn)[0];
            for (int i = 0; i < own.Length; i++) own[i] = input[i] * (double)_linear!.Weights[i] * _scale;
            bias = _linear!.Bias * _scale;
        }

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

    private static object? Predictor(ITransformer model)
    {
        object last = model is IEnumerable<ITransformer> chain ? chain.Last() : model;
        return last is ISingleFeaturePredictionTransformer<object> transformer ? transformer.Model : null;
    }

    private static PlattCalibrator? CalibratorOf(object? predictor) => predictor switch
    {
        CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator> calibrated => calibrated.Calibrator,
        CalibratedModelParametersBase<LightGbmBinaryModelParameters, PlattCalibrator> calibrated => calibrated.Calibrator,
        CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator> calibrated => calibrated.Calibrator,
        _ => null,
    };

    private static object? SubModel(object? predictor)
    {
        // A calibrated model carries the raw one inside; calibration is ours.
        return predictor switch
        {
            CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator> calibrated => calibrated.SubModel,
            CalibratedModelParametersBase<LightGbmBinaryModelParameters, PlattCalibrator> calibrated => calibrated.SubModel,
            CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator> calibrated => calibrated.SubModel,
            _ => predictor,
        };
    }

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
