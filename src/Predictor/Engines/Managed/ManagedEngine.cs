using System;
using System.Collections.Generic;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// The engine that is always there: gradient-boosted trees on histograms (<c>boosting</c>), logistic regression (<c>logistic</c>), and the mean
/// of the two (<c>blend</c>). Nothing beside this library is needed.
/// </summary>
public sealed class ManagedEngine : IFailureModelTrainer
{
    private const double BlendedLinearWeight = 0.35;

    /// <inheritdoc/>
    public string Name => "managed";

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms { get; } = ["boosting", "logistic", "blend"];

    /// <inheritdoc/>
    public string? Problem() => null;

    /// <inheritdoc/>
    public IFailureModel Train(TrainingData data, EngineSettings settings, Action<double>? onProgress = null)
    {
        if ((settings.Problem() ?? data.Problem()) is { } problem) throw new PredictorException(problem);
        string algorithm = settings.Algorithm.Length == 0 ? Algorithms[0] : settings.Algorithm;
        return algorithm switch
        {
            "boosting" => new ManagedModel(BoostedTrees.Train(data, settings, onProgress), null, 0),
            "logistic" => new ManagedModel(null, LogisticRegression.Train(data, settings, onProgress), 1),
            "blend" => new ManagedModel(BoostedTrees.Train(data, settings, onProgress), LogisticRegression.Train(data, settings, null), BlendedLinearWeight),
            _ => throw new PredictorException($"the engine 'managed' has no algorithm '{algorithm}'; it has {string.Join(", ", Algorithms)}."),
        };
    }

    /// <inheritdoc/>
    public IFailureModel Load(ReadOnlyMemory<byte> payload, int width)
    {
        (TreeEnsemble? trees, LinearModel? linear, double weight) = ManagedPayload.Decode(payload.Span, width);
        return new ManagedModel(trees, linear, weight);
    }
}
