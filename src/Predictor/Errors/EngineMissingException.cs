namespace HpcVirt.Predictor;

/// <summary>An engine was asked for by name, and it is not available here.</summary>
public sealed class EngineMissingException : PredictorException
{
    /// <summary>Names the engine, why it is missing, and what to do next.</summary>
    /// <param name="engine">The engine's name.</param>
    /// <param name="reason">Why it is missing, and what to do next.</param>
    public EngineMissingException(string engine, string reason)
        : base($"engine '{engine}' is not available: {reason}") => Engine = engine;

    /// <summary>The engine's name.</summary>
    public string Engine { get; }
}
