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

    public MLNetModel(MLContext context, ITransformer model, int width, byte[] payload)
    {
        _context = context;
        _model = model;
        _payload = payload;
        Width = width;
        float[] missing = new float[width];
        Array.Fill(missing, float.NaN);
        // What replaces a missing value is what comes out for a row of nothing but missing values.
        _replacements = Column(missing, MLNetPipeline.FilledColumn)[0];
        switch (SubModel(model))
        {
            case TreeEnsembleModelParametersBasedOnRegressionTree { TrainedTreeEnsemble: var ensemble }:
                _trees = MLNetTrees.Of(ensemble.Bias, ensemble.TreeWeights, ensemble.Trees, 2 * width);
                break;
            case TreeEnsembleModelParametersBasedOnQuantileRegressionTree { TrainedTreeEnsemble: var forest }:
                _trees = MLNetTrees.Of(forest.Bias, forest.TreeWeights, forest.Trees, 2 * width);
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
            for (int i = 0; i < margins.Length; i++) margins[i] = scores[i][0];
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
            for (int i = 0; i < own.Length; i++) own[i] = input[i] * (double)_linear!.Weights[i];
            bias = _linear!.Bias;
        }

        // A feature and its indicator are one feature to the reader.
        for (int f = 0; f < Width; f++) contributions[f] = own[f] + own[Width + f];
        return bias;
    }

    /// <summary>ML.NET's own scores, to hold ours against.</summary>
    internal float[] NativeScores(float[] rows) => [.. _model.Transform(MLNetRows.View(_context, rows, Width)).GetColumn<float>("Score")];

    private static object? SubModel(ITransformer model)
    {
        object last = model is IEnumerable<ITransformer> chain ? chain.Last() : model;
        object? predictor = last is ISingleFeaturePredictionTransformer<object> transformer ? transformer.Model : null;
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
