namespace HpcVirt.Predictor.Live;

/// <summary>One thing that a source saw.</summary>
public abstract record Observation
{
    private protected Observation(long timeS, string node)
    {
        TimeS = timeS;
        Node = node;
    }

    /// <summary>When, in seconds since 1970.</summary>
    public long TimeS { get; }

    /// <summary>The node.</summary>
    public string Node { get; }
}

/// <summary>A sensor's value.</summary>
public sealed record SensorObservation : Observation
{
    /// <summary>A value; NaN where the sensor says that it has none.</summary>
    /// <param name="timeS">When.</param>
    /// <param name="node">The node.</param>
    /// <param name="sensor">The sensor.</param>
    /// <param name="value">The value.</param>
    public SensorObservation(long timeS, string node, string sensor, double value)
        : base(timeS, node)
    {
        Sensor = sensor;
        Value = value;
    }

    /// <summary>The sensor.</summary>
    public string Sensor { get; }

    /// <summary>The value; NaN is missing.</summary>
    public double Value { get; }
}

/// <summary>Something a log said.</summary>
public sealed record EventObservation : Observation
{
    /// <summary>An event.</summary>
    /// <param name="timeS">When.</param>
    /// <param name="node">The node.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="code">Its code, or empty.</param>
    /// <param name="count">How often it happened.</param>
    /// <param name="message">The message, or empty.</param>
    public EventObservation(long timeS, string node, string kind, string code, double count, string message)
        : base(timeS, node)
    {
        Kind = kind;
        Code = code;
        Count = count;
        Message = message;
    }

    /// <summary>Its kind.</summary>
    public string Kind { get; }

    /// <summary>Its code, or empty.</summary>
    public string Code { get; }

    /// <summary>How often it happened.</summary>
    public double Count { get; }

    /// <summary>The message, or empty.</summary>
    public string Message { get; }
}
