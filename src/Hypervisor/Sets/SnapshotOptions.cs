using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

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

    /// <summary>
    /// Silences the job, with <see cref="InBackground"/>: called when all guests are ready to be saved, returns when the job is silent. The job is released as soon as the instants of
    /// all guests have passed, long before they are in their files.
    /// </summary>
    public Func<CancellationToken, Task>? SilenceJob { get; init; }

    /// <summary>Lets the job go on; called once if <see cref="SilenceJob"/> was, whatever became of it.</summary>
    public Func<Task>? ReleaseJob { get; init; }

    /// <summary>How long the job may take to fall silent, and then to have the guests' instants behind it; after that the snapshot is given up.</summary>
    public TimeSpan HoldDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Each guest must be saved by then.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);
}
