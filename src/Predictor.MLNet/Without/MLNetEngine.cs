using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Engines;

namespace HpcVirt.Predictor.MLNet;

/// <summary>The ML.NET engine where the package Microsoft.ML was absent from the build: it has its name, and says why it is missing.</summary>
public sealed class MLNetEngine : IFailureModelTrainer
{
    private const string Missing = "this program was built without the package Microsoft.ML; build it with -p:UseMLNet=true where a source serves that package";

    /// <inheritdoc/>
    public string Name => "mlnet";

    /// <inheritdoc/>
    public string Version => "";

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms { get; } = ["lightgbm", "fasttree", "fastforest", "lbfgs", "sdca", "blend"];

    /// <inheritdoc/>
    public string? Problem() => Missing;

    /// <inheritdoc/>
    public IFailureModel Train(TrainingData data, EngineSettings settings, Action<double>? onProgress = null) => throw new EngineMissingException(Name, Missing);

    /// <inheritdoc/>
    public IFailureModel Load(ReadOnlyMemory<byte> payload, int width) => throw new EngineMissingException(Name, Missing);
}
