using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
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
    internal const string Blend = "blend";
    private const string BinnedColumn = "Binned";
    private const string MissingColumn = "Missing";
    private const string LabelColumn = "Label";

    /// <summary>
    /// The algorithms, the default one first. <c>blend</c> is the mean of the default one and <c>lbfgs</c>. Where LightGBM's native library cannot be loaded (it needs the system's libgomp.so.1),
    /// <c>lightgbm</c> is not among them, and <c>fasttree</c> is the default.
    /// </summary>
    public static IReadOnlyList<string> Algorithms { get; } =
        [.. (IEnumerable<string>)(NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmBinaryTrainer).Assembly, null, out _) ? ["lightgbm"] : []), "fasttree", "fastforest", "lbfgs", "sdca", Blend];

    /// <summary>
    /// A pipeline from features to a score: missing values are replaced by the mean and marked by an indicator each, because FastTree and FastForest drop rows with a missing value; for the
    /// linear trainers the result is binned to 0 to 1, which takes the weight from outliers. The score is the raw margin of the column <c>Score</c>.
    /// </summary>
    /// <param name="context">ML.NET's context.</param>
    /// <param name="settings">The algorithm and its settings. A blend, or several bags, are more than one trainer and no pipeline: train them with <see cref="MLNetEngine"/>.</param>
    public static IEstimator<ITransformer> Create(MLContext context, EngineSettings settings)
    {
        string algorithm = settings.Algorithm.Length == 0 ? Algorithms[0] : settings.Algorithm;
        return Preparation(context).Append(Trainer(context, algorithm, settings));
    }

    internal static EstimatorChain<ColumnConcatenatingTransformer> Preparation(MLContext context) =>
        context.Transforms.IndicateMissingValues(MissingColumn, FeaturesColumn)
            .Append(context.Transforms.Conversion.ConvertType(MissingColumn, outputKind: DataKind.Single))
            .Append(context.Transforms.ReplaceMissingValues(FilledColumn, FeaturesColumn, MissingValueReplacingEstimator.ReplacementMode.Mean))
            .Append(context.Transforms.Concatenate(InputColumn, FilledColumn, MissingColumn));

    internal static IEstimator<ITransformer> Trainer(MLContext context, string algorithm, EngineSettings settings)
    {
        BinaryClassificationCatalog.BinaryClassificationTrainers trainers = context.BinaryClassification.Trainers;
        return algorithm switch
        {
            "fasttree" => trainers.FastTree(FastTree(settings)),
            "fastforest" => trainers.FastForest(FastForest(settings)),
            "lightgbm" => trainers.LightGbm(LightGbm(settings)),
            "lbfgs" => Binned(context).Append(trainers.LbfgsLogisticRegression(Lbfgs(settings))),
            "sdca" => Binned(context).Append(trainers.SdcaLogisticRegression(Sdca(settings))),
            _ => throw new PredictorException($"the engine 'mlnet' has no algorithm '{algorithm}' of one trainer; its algorithms are {string.Join(", ", Algorithms)}."),
        };
    }

    private static NormalizingEstimator Binned(MLContext context) => context.Transforms.NormalizeBinning(BinnedColumn, InputColumn, fixZero: false, maximumBinCount: 64);

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
        MinimumExampleCountPerLeaf = 1,
        MaximumBinCountPerFeature = settings.Bins,
        Booster = new GradientBooster.Options
        {
            MaximumTreeDepth = settings.Depth,
            FeatureFraction = settings.ColumnShare,
            SubsampleFraction = settings.RowShare,
            SubsampleFrequency = settings.RowShare < 1 ? 1 : 0,
            L2Regularization = settings.L2,
            MinimumChildWeight = settings.LeafWeightMin,
        },
        Seed = settings.Seed,
        Deterministic = true,
        NumberOfThreads = 1,
    };

    private static LbfgsLogisticRegressionBinaryTrainer.Options Lbfgs(EngineSettings settings) => new()
    {
        LabelColumnName = LabelColumn,
        FeatureColumnName = BinnedColumn,
        L1Regularization = 0,
        L2Regularization = (float)settings.L2,
        NumberOfThreads = 1,
    };

    private static SdcaLogisticRegressionBinaryTrainer.Options Sdca(EngineSettings settings) => new()
    {
        LabelColumnName = LabelColumn,
        FeatureColumnName = BinnedColumn,
        L2Regularization = (float)Math.Max(1e-6, settings.L2 * 1e-5),
        L1Regularization = 0,
        MaximumNumberOfIterations = 30,
        NumberOfThreads = 1,
    };
}
