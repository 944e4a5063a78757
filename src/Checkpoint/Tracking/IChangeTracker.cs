using System;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint;

/// <summary>Finds out, region by region, which pages differ from what they were when it was last asked.</summary>
internal interface IChangeTracker : IDisposable
{
    /// <summary>How it does that, for reports.</summary>
    TrackingKind Kind { get; }

    /// <summary>
    /// Sets <paramref name="changed"/>, which comes empty, of each region; all its pages where nothing is known. From now on watches for the next
    /// changes. The regions are between BeginSave and EndSave.
    /// </summary>
    void Collect(IReadOnlyList<CheckpointRegion> regions, IReadOnlyList<RegionDescriptor> descriptors, PageSet[] changed);

    /// <summary>Forgets what it knows, after a failure half-way: everything counts as changed the next time.</summary>
    void Forget();
}
