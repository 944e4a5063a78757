using System;
using System.Collections.Generic;

namespace HpcVirt.Hypervisor;

/// <summary>A state that is in its file.</summary>
/// <param name="File">The file.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Took">How long it took.</param>
public sealed record SavedState(string File, long LengthBytes, TimeSpan Took)
{
    /// <summary>The disks that belong to the state: as they were at its instant, until <see cref="IHypervisorBackend.MergeDisksAsync"/> is called.</summary>
    public IReadOnlyList<FrozenDisk> Disks { get; init; } = [];
}
