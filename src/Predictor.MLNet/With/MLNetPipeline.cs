using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Engines;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Microsoft.ML.Transforms;

namespace HpcVirt.Predictor.MLNet;

/// <summary>The pipelines of ML.NET that the engine trains, for those who want to put one into a pipeline of their own.</summary>
public static class MLNetPipeline
{
    /// <summary>The input: a vector of features, NaN where missing.</summary>
    public const string FeaturesColumn = "Features";

    internal const string FilledColumn = "Filled";
    internal const string InputColumn = "Input";
    private const string MissingColumn = "Missing";
    private const string LabelColumn = "Label";

    /// <summary>The algorithms, the default one first.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["fasttree", "lightgbm", "fastforest", "lbfgs", "sdca"];

    /// <summary>
    /// A pipeline from features to a score: missing values are replaced by the mean and marked by an indicator each, because FastTree and FastForest drop rows with a missing value; for the
    /// linear trainers the result is binned to 0 to 1, which takes the weight from outliers. The score is the raw margin of the column <c>Score</c>.
    /// </summary>
    /// <param name="context">ML.NET's context.</param>
    /// <param name="settings">The algorithm and its settings.</param>
    public static IEstimator<ITransformer> Create(MLContext context, EngineSettings settings)
    {
        string algorithm = settings.Algorithm.Length == 0 ? Algorithms[0] : settings.Algorithm;
        EstimatorChain<ColumnConcatenatingTransformer> prepared = context.Transforms.IndicateMissingValues(MissingColumn, FeaturesColumn)
            .Append(context.Transforms.Conversion.ConvertType(MissingColumn, outputKind: DataKind.Single))
            .Append(context.Transforms.ReplaceMissingValues(FilledColumn, FeaturesColumn, MissingValueReplacingEstimator.ReplacementMode.Mean))
            .Append(context.Transforms.Concatenate(InputColumn, FilledColumn, MissingColumn));
        BinaryClassificationCatalog.BinaryClassificationTrainers trainers = context.BinaryClassification.Trainers;
        return algorithm switch
        {
            "fasttree" => prepared.Append(trainers.FastTree(FastTree(settings))),
            "fastforest" => prepared.Append(trainers.FastForest(FastForest(settings))),
            "lightgbm" => prepared.Append(trainers.LightGbm(LightGbm(settings))),
            "lbfgs" => prepared.Append(context.Transforms.NormalizeBinning(InputColumn, fixZero: false, maximumBinCount: 64)).Append(trainers.LbfgsLogisticRegression(Lbfgs(settings))),
            "sdca" => prepared.Append(context.Transforms.NormalizeBinning(InputColumn, fixZero: false, maximumBinCount: 64)).Append(trainers.SdcaLogisticRegression(Sdca(settings))),
            _ => throw new PredictorException($"the engine 'mlnet' has no algorithm '{algorithm}'; it has {string.Join(", ", Algorithms)}."),
        };
    }

    private static int Leaves(EngineSettings settings) => Math.Min(128, 1 << settings.Depth);

    // The hessian of a rare positive is about its probability: so many rows stand for the least weight of a leaf.
    private static int RowsInLeaf(EngineSettings settings) => Math.Max(1, (int)(4 * settings.LeafWeightMin));

    private static FastTreeBinaryTrainer.Options FastTree(EngineSettings settings) => new()
    {
        LabelColumnName = LabelColumn,
        FeatureColumnName = InputColumn,
        NumberOfTrees = settings.Trees,
        NumberOfLeaves = Leaves(settings),
        LearningRate = settings.LearningRate,
        MinimumExampleCountPerLeaf = RowsInLeaf(settings),
        MaximumBinCountPerFeature = settings.Bins,
        FeatureFraction = settings.ColumnShare,
        BaggingSize = settings.RowShare < 1 ? 1 : 0,
        BaggingExampleFraction = settings.RowShare,
        // The context's seed does not reach FastTree.
        Seed = settings.Seed,
        FeatureSelectionSeed = settings.Seed,
        NumberOfThreads = 1,
    };

    private static FastForestBinaryTrainer.Options FastForest(EngineSettings settings) => new()
    {
        LabelColumnName = LabelColumn,
        FeatureColumnName = InputColumn,
        NumberOfTrees = settings.Trees,
        NumberOfLeaves = Leaves(settings) * 4,
        MinimumExampleCountPerLeaf = RowsInLeaf(settings),
        MaximumBinCountPerFeature = settings.Bins,
        FeatureFraction = settings.ColumnShare,
        Seed = settings.Seed,
        FeatureSelectionSeed = settings.Seed,
        NumberOfThreads = 1,
    };

    private static LightGbmBinaryTrainer.Options LightGbm(EngineSettings settings) => new()
    {
        LabelColumnName = LabelColumn,
        FeatureColumnName = InputColumn,
        NumberOfIterations = settings.Trees,
        NumberOfLeaves = Leaves(settings),
        LearningRate = settings.LearningRate,
        MinimumExampleCountPerLeaf = RowsInLeaf(settings),
        MaximumBinCountPerFeature = settings.Bins,
        Booster = new GradientBooster.Options
        {
            MaximumTreeDepth = settings.Depth,
            FeatureFraction = settings.ColumnShare,
            SubsampleFraction = settings.RowShare,
            SubsampleFrequency = settings.RowShare < 1 ? 1 : 0,
            L2Regularization = settings.L2,
        },
        Seed = settings.Seed,
        Deterministic = true,
        NumberOfThreads = 1,
    };

    private static LbfgsLogisticRegressionBinaryTrainer.Options Lbfgs(EngineSettings settings) => new()
    {
        LabelColumnName = LabelColumn,
        FeatureColumnName = InputColumn,
        L1Regularization = 0,
        L2Regularization = (float)settings.L2,
        NumberOfThreads = 1,
    };

    private static SdcaLogisticRegressionBinaryTrainer.Options Sdca(EngineSettings settings) => new()
    {
        LabelColumnName = LabelColumn,
        FeatureColumnName = InputColumn,
        L2Regularization = (float)Math.Max(1e-6, settings.L2 * 1e-5),
        L1Regularization = 0,
        MaximumNumberOfIterations = 30,
        NumberOfThreads = 1,
    };
}
