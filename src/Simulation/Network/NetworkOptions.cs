namespace HpcVirt.Simulation.Network;

/// <summary>How long messages take.</summary>
internal sealed record NetworkOptions
{
    /// <summary>The least time from one rank to another.</summary>
    public long LatencyNs { get; init; } = 2_000;

    /// <summary>The latency is multiplied by one plus a random number up to this.</summary>
    public double Jitter { get; init; } = 1;

    /// <summary>One message in so many takes thirty times as long; 0 means none.</summary>
    public int StragglersOneIn { get; init; }

    /// <summary>Bytes per microsecond.</summary>
    public int Bandwidth { get; init; } = 10_000;

    /// <summary>Larger messages wait at their sender until the receiver has matched them.</summary>
    public int EagerBytes { get; init; } = 4096;

    /// <summary>The longest time until a rank notices that a collective is complete.</summary>
    public int PollNs { get; init; } = 1_000;

    /// <summary>Bytes counted for each message beside its payload: the envelope.</summary>
    public const int EnvelopeBytes = 32;
}
