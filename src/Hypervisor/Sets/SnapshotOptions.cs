using System;
using System.Collections.Generic;

namespace HpcVirt.Hypervisor;

/// <summary>How a set is made.</summary>
public sealed record SnapshotOptions
{
    /// <summary>The guests; empty: all that the backend knows.</summary>
    public IReadOnlyList<string> Guests { get; init; } = [];

    /// <summary>How states are compressed.</summary>
    public StateCompression Compression { get; init; }

    /// <summary>
    /// Held: all guests stand still together. Quiesced: the caller has silenced the job and keeps it silent until the snapshot returns; only then may guests be
    /// saved in the background, and none need stand still for long.
    /// </summary>
    public SetSilence Silence { get; init; }

    /// <summary>Guests work on while they are saved. Only with <see cref="SetSilence.Quiesced"/>.</summary>
    public bool InBackground { get; init; }

    /// <summary>Each guest must be saved by then.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);
}
