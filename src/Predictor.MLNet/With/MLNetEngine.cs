using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using HpcVirt.Predictor.Engines;
using Microsoft.ML;

namespace HpcVirt.Predictor.MLNet;

/// <summary>
/// The first-class engine: LightGBM, FastTree, FastForest, L-BFGS and SDCA of ML.NET, and the mean of several. The payload is an ordinary ML.NET model, which <c>mlContext.Model.Load</c> opens
/// without this library; its input is the vector column <see cref="MLNetPipeline.FeaturesColumn"/>.
/// </summary>
public sealed class MLNetEngine : IFailureModelTrainer
{
    /// <inheritdoc/>
    public string Name => "mlnet";

    /// <inheritdoc/>
    public string Version { get; } = typeof(MLContext).Assembly.GetName().Version?.ToString() ?? "";

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms => MLNetPipeline.Algorithms;

    /// <inheritdoc/>
    public string? Problem() => null;

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2000", Justification = "The model that is returned owns the transformers.")]
    public IFailureModel Train(TrainingData data, EngineSettings settings, Action<double>? onProgress = null)
    {
        if ((settings.Problem() ?? data.Problem()) is { } problem) throw new PredictorException(problem);
        var context = new MLContext(settings.Seed);
        var skipped = new ConcurrentQueue<string>();
        context.Log += (_, message) =>
        {
            // FastTree and FastForest drop rows with a missing value and say so in passing only; a model of half the data must not pass for one of all.
            if (message.Message.Contains("Skipped", StringComparison.Ordinal)) skipped.Enqueue(message.Message);
        };
        IDataView view = MLNetRows.View(context, data);
        ITransformer model = MLNetMembers.AreSeveral(settings) ? MLNetMembers.Train(context, settings, view, onProgress) : MLNetPipeline.Create(context, settings).Fit(view);
        if (skipped.TryPeek(out string? said)) throw new PredictorException($"ML.NET left out training rows ({said}); a feature is not finite: check the schema.");
        onProgress?.Invoke(1);
        using var stream = new MemoryStream();
        context.Model.Save(model, view.Schema, stream);
        float[] covers = new MLNetModel(context, model, data.Width, [], null).Covers(data.Values.Span);
        return new MLNetModel(context, model, data.Width, MLNetPayload.Pack(stream.ToArray(), covers), covers);
    }

    /// <inheritdoc/>
    public IFailureModel Load(ReadOnlyMemory<byte> payload, int width)
    {
        var context = new MLContext(1);
        ITransformer model;
        DataViewSchema input;
        float[]? covers;
        try
        {
            using var stream = new MemoryStream(payload.ToArray());
            model = context.Model.Load(stream, out input);
            covers = MLNetPayload.CoversOf(payload);
        }
        catch (Exception error) when (error is not PredictorException)
        {
            // ML.NET answers bytes that are no model with exceptions of every kind.
            throw new PredictorException($"the payload is no model of ML.NET ({error.Message.Split('\n')[0]}); train again.", error);
        }

        int ownWidth = MLNetRows.WidthOf(input);
        if (ownWidth != width) throw new PredictorException($"the ML.NET model takes rows of {ownWidth} features, the schema has {width}.");
        return new MLNetModel(context, model, width, payload.ToArray(), covers);
    }
}
