using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>How a guest comes back.</summary>
public sealed record RestoreOptions
{
    /// <summary>The file that its state was saved in.</summary>
    public required string File { get; init; }

    /// <summary>The host to bring it back on.</summary>
    public required string Host { get; init; }

    /// <summary>How the file is compressed.</summary>
    public StateCompression Compression { get; init; }

    /// <summary>Ends the guest first where it still is. Left out, a guest that is there is refused: two of a kind would answer to one address.</summary>
    public bool EndsRunning { get; init; }

    /// <summary>The images of the disks that belong to the state, under their full paths: a guest that is started with others is refused.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>Called when nothing is left of the guest and before it is started: here the images are put where the guest finds them.</summary>
    public Func<CancellationToken, Task>? BeforeStart { get; init; }

    /// <summary>The guest must be back by then.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);
}
