using System;

namespace HpcVirt.Hypervisor;

/// <summary>What a backend is made from.</summary>
public sealed record BackendSettings
{
    /// <summary>The file that describes hosts and guests, in a form of the backend's own; null when none was named.</summary>
    public string? GuestFile { get; init; }

    /// <summary>The clock: all waits and deadlines go by it.</summary>
    public required TimeProvider Time { get; init; }
}
