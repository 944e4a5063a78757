using System.Collections.Generic;
using System.Linq;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Microsoft.ML.Transforms;

namespace HpcVirt.Predictor.MLNet;

/// <summary>A member of an ML.NET model, taken out: trees, or a linear model and what it was binned by.</summary>
/// <param name="Trees">The trees; null for a linear model.</param>
/// <param name="Linear">The linear model; null for trees.</param>
/// <param name="Bins">What the linear model's input is binned by.</param>
/// <param name="Scale">How many log-odds one of its score is.</param>
internal sealed record MLNetPart(MLNetTreeList? Trees, LinearModelParameters? Linear, NormalizingTransformer? Bins, double Scale);

/// <summary>The trees of an ML.NET model, of either kind.</summary>
/// <param name="Bias">The score before the first tree.</param>
/// <param name="Weights">What each tree counts.</param>
/// <param name="Trees">The trees.</param>
internal sealed record MLNetTreeList(double Bias, IReadOnlyList<double> Weights, IReadOnlyList<RegressionTreeBase> Trees);

/// <summary>Finds the members of an ML.NET model.</summary>
internal static class MLNetParts
{
    /// <summary>The members, in their order.</summary>
    public static IReadOnlyList<MLNetPart> Of(ITransformer model)
    {
        var parts = new List<MLNetPart>();
        NormalizingTransformer? bins = null;
        foreach (ITransformer transformer in Flat(model))
        {
            if (transformer is NormalizingTransformer normalizing) bins = normalizing;
            if (transformer is not ISingleFeaturePredictionTransformer<object> predicting) continue;
            double scale = CalibratorOf(predicting.Model) is { } platt ? -platt.Slope : 1;
            parts.Add(SubModel(predicting.Model) switch
            {
                TreeEnsembleModelParametersBasedOnRegressionTree { TrainedTreeEnsemble: var e } => new MLNetPart(new MLNetTreeList(e.Bias, [.. e.TreeWeights], [.. e.Trees]), null, null, scale),
                TreeEnsembleModelParametersBasedOnQuantileRegressionTree { TrainedTreeEnsemble: var e } => new MLNetPart(new MLNetTreeList(e.Bias, [.. e.TreeWeights], [.. e.Trees]), null, null, scale),
                LinearModelParameters linear => new MLNetPart(null, linear, bins, scale),
                _ => throw new PredictorException("the ML.NET model holds something that is neither trees nor a linear model; train again."),
            });
        }

        return parts.Count > 0 ? parts : throw new PredictorException("the ML.NET model predicts nothing; train again.");
    }

    private static IEnumerable<ITransformer> Flat(ITransformer model) => model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [model];

    private static PlattCalibrator? CalibratorOf(object? predictor) => predictor switch
    {
        CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator> calibrated => calibrated.Calibrator,
        CalibratedModelParametersBase<LightGbmBinaryModelParameters, PlattCalibrator> calibrated => calibrated.Calibrator,
        CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator> calibrated => calibrated.Calibrator,
        _ => null,
    };

    // A calibrated model carries the raw one inside; calibration is ours.
    private static object? SubModel(object? predictor) => predictor switch
    {
        CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator> calibrated => calibrated.SubModel,
        CalibratedModelParametersBase<LightGbmBinaryModelParameters, PlattCalibrator> calibrated => calibrated.SubModel,
        CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator> calibrated => calibrated.SubModel,
        _ => predictor,
    };
}
