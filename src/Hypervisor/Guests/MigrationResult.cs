using System;

namespace HpcVirt.Hypervisor;

/// <summary>A move that succeeded.</summary>
public sealed record MigrationResult
{
    /// <summary>The guest.</summary>
    public required string Guest { get; init; }

    /// <summary>Where it was.</summary>
    public required string From { get; init; }

    /// <summary>Where it is.</summary>
    public required string To { get; init; }

    /// <summary>How long the hypervisor took, from the start of the copy to its end.</summary>
    public required TimeSpan Took { get; init; }

    /// <summary>How long the guest stood still, by the hypervisor's own word.</summary>
    public required TimeSpan Downtime { get; init; }

    /// <summary>How long the job was held for: from the call of <see cref="MigrationOptions.BeforeSwitchOver"/> until the guest worked at its target.</summary>
    public TimeSpan? HeldFor { get; init; }

    /// <summary>Bytes that went over the wire.</summary>
    public required long SentBytes { get; init; }

    /// <summary>True if the guest worked at its target before all of its memory was there.</summary>
    public bool WasPostcopy { get; init; }

    /// <summary>Anything unusual, for people; null when all went as it should.</summary>
    public string? Remark { get; init; }
}
