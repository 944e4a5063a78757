using System;
using System.Threading;
using System.Threading.Tasks;

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

    /// <summary>
    /// The disks that the guest may write to belong to the state: they are frozen at its instant, and <see cref="SavedState.Disks"/> says which. The caller copies them and then calls
    /// <see cref="IHypervisorBackend.MergeDisksAsync"/>, also when the save has failed. Left out, a guest with such disks is refused: its disks would not agree with its memory.
    /// </summary>
    public bool WithDisks { get; init; }

    /// <summary>Called when all is prepared, right before the instant that the state is of.</summary>
    public Func<CancellationToken, Task>? BeforeInstant { get; init; }

    /// <summary>Called once the instant has passed: what the guest does from then on is no part of the state, which may still be on its way to the file. Must not block.</summary>
    public Action? AfterInstant { get; init; }

    /// <summary>The state must be in the file by then.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);
}
