using System;

namespace HpcVirt.Hypervisor;

/// <summary>How a guest's state is saved.</summary>
public sealed record SaveOptions
{
    /// <summary>The file, which must not exist. It bears this name only when it is whole.</summary>
    public required string File { get; init; }

    /// <summary>How it is compressed.</summary>
    public StateCompression Compression { get; init; }

    /// <summary>The guest works on while its state of the beginning is written. Only for jobs that are silent: guests saved like this have no common instant.</summary>
    public bool InBackground { get; init; }

    /// <summary>The state must be in the file by then.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);
}
