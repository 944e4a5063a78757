using System.Collections.Generic;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.Engines.XGBoost;
using HpcVirt.Predictor.MLNet;

namespace HpcVirt.Cli.Predict;

/// <summary>All engines, in the order in which <c>auto</c> tries them.</summary>
internal static class AllEngines
{
    public static IReadOnlyList<IFailureModelTrainer> List { get; } = [new MLNetEngine(), new XGBoostEngine(), new ManagedEngine()];
}
