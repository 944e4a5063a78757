using System;

namespace HpcVirt.Predictor.Engines;

/// <summary>
/// An engine: trains models and loads its own payloads. Splits, calibration, thresholds, metrics and reasons are not its business; it returns raw
/// margins (log-odds, up to a constant). Every engine passes the same contract test.
/// </summary>
public interface IFailureModelTrainer
{
    /// <summary>The engine's name, as on the command line and in model files.</summary>
    string Name { get; }

    /// <summary>The engine's version, for the record in model files.</summary>
    string Version { get; }

    /// <summary>The algorithms it has; the first one is the default.</summary>
    System.Collections.Generic.IReadOnlyList<string> Algorithms { get; }

    /// <summary>Why the engine cannot train here and what to do about it, or null when it can.</summary>
    string? Problem();

    /// <summary>Trains a model. The same data and settings give the same payload, byte for byte.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="settings">The algorithm and its settings.</param>
    /// <param name="onProgress">Told how much is done, from 0 to 1.</param>
    IFailureModel Train(TrainingData data, EngineSettings settings, Action<double>? onProgress = null);

    /// <summary>Loads a payload whose checksum has been verified. May work where training does not.</summary>
    /// <param name="payload">The bytes of <see cref="IFailureModel.Payload"/>.</param>
    /// <param name="width">The number of features of a row.</param>
    IFailureModel Load(ReadOnlyMemory<byte> payload, int width);
}
