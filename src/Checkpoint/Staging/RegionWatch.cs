using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;

namespace HpcVirt.Checkpoint;

/// <summary>Knows, region by region, which pages differ from what they were at the last stage.</summary>
internal sealed class RegionWatch : IDisposable
{
    private readonly IChangeTracker? _tracker;

    private RegionWatch(IChangeTracker? tracker, string? whyNotBetter)
    {
        _tracker = tracker;
        WhyNotBetter = whyNotBetter;
    }

    /// <summary>How changes are found; without a tracker all counts as changed.</summary>
    public TrackingKind Kind => _tracker?.Kind ?? TrackingKind.None;

    /// <summary>What keeps the kernel's tracking from being used, or null.</summary>
    public string? WhyNotBetter { get; }

    /// <param name="wanted">The one kind that is to be used; null: the best that this machine can do, found by trying.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The watch that is returned owns its tracker.")]
    public static RegionWatch Open(TrackingKind? wanted)
    {
        string? reason = wanted == TrackingKind.None ? "tracking is switched off" : "block hashes were asked for";
        if (wanted is null or TrackingKind.WriteProtection && KernelTracker.TryCreate(out reason) is { } kernel)
            return new RegionWatch(new WriteTracker(kernel), whyNotBetter: null);
        return new RegionWatch(wanted is null or TrackingKind.BlockHashes ? new HashTracker() : null, reason);
    }

    /// <summary>The changed pages of each region, which are all between BeginSave and EndSave.</summary>
    public PageSet[] Collect(IReadOnlyList<CheckpointRegion> regions, IReadOnlyList<RegionDescriptor> descriptors)
    {
        PageSet[] changed = [.. descriptors.Select(static d => new PageSet(PageSet.PagesOf(d.LengthBytes)))];
        if (_tracker is null)
        {
            foreach (PageSet pages in changed) pages.AddAll();
            return changed;
        }

        try
        {
            _tracker.Collect(regions, descriptors, changed);
            return changed;
        }
        catch
        {
            // Some regions' changes were taken and will not come to the slots.
            _tracker.Forget();
            throw;
        }
    }

    public void Dispose() => _tracker?.Dispose();
}
