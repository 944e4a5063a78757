using System;
using System.Collections.Generic;

namespace HpcVirt.Hypervisor;

/// <summary>A set that was committed.</summary>
/// <param name="Set">What is in it.</param>
/// <param name="Path">Where it is.</param>
/// <param name="StoodStillFor">From the first guest's stop until the last one's going on: how long the job stood still. For guests saved in the background: for how long the job was silent; null when the caller had silenced it.</param>
/// <param name="StopTook">From the first guest's stop until all stood still.</param>
/// <param name="SaveTook">From then until all were saved.</param>
/// <param name="CommitTook">Checksums, the disk, and the rename; the guests work meanwhile.</param>
public sealed record SnapshotResult(SetManifest Set, string Path, TimeSpan? StoodStillFor, TimeSpan StopTook, TimeSpan SaveTook, TimeSpan CommitTook)
{
    /// <summary>How long the disks were copied for, a part of <see cref="CommitTook"/>; the guests work meanwhile.</summary>
    public TimeSpan DisksTook { get; init; }

    /// <summary>What is left to be looked after, for people: the set counts all the same.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
