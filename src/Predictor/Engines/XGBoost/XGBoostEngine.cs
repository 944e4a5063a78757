using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.Engines.XGBoost.Native;

namespace HpcVirt.Predictor.Engines.XGBoost;

/// <summary>
/// XGBoost by Debian's library. Training needs the library; loading and scoring do not, for the payload is XGBoost's JSON and its trees are scored by ours. So no
/// native parser ever sees a model's bytes.
/// </summary>
public sealed class XGBoostEngine : IFailureModelTrainer
{
    /// <inheritdoc/>
    public string Name => "xgboost";

    /// <inheritdoc/>
    public string Version => Problem() is null ? XGBoostLibrary.Version() : "";

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms { get; } = ["hist"];

    /// <inheritdoc/>
    public string? Problem() => XGBoostLibrary.Problem();

    /// <inheritdoc/>
    public IFailureModel Train(TrainingData data, EngineSettings settings, Action<double>? onProgress = null)
    {
        if ((settings.Problem() ?? data.Problem()) is { } problem) throw new PredictorException(problem);
        if (Problem() is { } missing) throw new EngineMissingException(Name, missing);
        if (settings.Algorithm.Length > 0 && settings.Algorithm != Algorithms[0]) throw new PredictorException($"the engine 'xgboost' has no algorithm '{settings.Algorithm}'; it has {Algorithms[0]}.");
        return new XGBoostModel(XGBoostTraining.Train(data, settings, onProgress), data.Width);
    }

    /// <inheritdoc/>
    public IFailureModel Load(ReadOnlyMemory<byte> payload, int width) => new XGBoostModel(payload, width);

    private sealed class XGBoostModel(ReadOnlyMemory<byte> json, int width) : IFailureModel
    {
        private readonly ManagedModel _trees = new(XGBoostJson.Read(json, width), null, 0);

        public int Width => width;

        public void Score(ReadOnlySpan<float> rows, Span<double> margins) => _trees.Score(rows, margins);

        public double Explain(ReadOnlySpan<float> row, Span<double> contributions) => _trees.Explain(row, contributions);

        public byte[] Payload() => json.ToArray();
    }
}
