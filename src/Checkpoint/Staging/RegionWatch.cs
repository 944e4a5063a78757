using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint;

/// <summary>Knows, region by region, which pages differ from what they were at the last stage.</summary>
internal sealed class RegionWatch : IDisposable
{
    private readonly Dictionary<string, (nint Address, long LengthBytes)> _last = [];
    private readonly KernelTracker? _tracker;

    private RegionWatch(KernelTracker? tracker, string? whyNotBetter)
    {
        _tracker = tracker;
        WhyNotBetter = whyNotBetter;
        WrittenMemory.Attach(this);
    }

    /// <summary>How changes are found; without a tracker all counts as changed.</summary>
    public TrackingKind Kind => _tracker?.Kind ?? TrackingKind.None;

    public string? WhyNotBetter { get; }

    /// <summary>The best that this machine can do, found by trying.</summary>
    public static RegionWatch Open(bool tracks)
    {
        string? reason = "tracking is switched off";
        KernelTracker? tracker = tracks ? KernelTracker.TryCreate(out reason) : null;
        return new RegionWatch(tracker, reason);
    }

    /// <summary>The changed pages of each region, which are all between BeginSave and EndSave.</summary>
    public PageSet[] Collect(IReadOnlyList<CheckpointRegion> regions, IReadOnlyList<RegionDescriptor> descriptors)
    {
        (nint Address, long LengthBytes)[] ranges = [.. regions.Select((r, i) => RangeOf(r, descriptors[i].LengthBytes))];
        var marks = WrittenMemory.Take(this);
        var changed = new PageSet[regions.Count];
        for (int i = 0; i < changed.Length; i++)
        {
            changed[i] = new PageSet(PageSet.PagesOf(descriptors[i].LengthBytes));
            bool isTracked = _tracker is not null && ranges[i].Address != 0 && !Overlaps(ranges, i);
            if (isTracked) _tracker!.Collect(ranges[i].Address, ranges[i].LengthBytes, changed[i]);

            // Another buffer than last time under this name: its pages say nothing about what the slots hold.
            bool isSameMemory = _last.TryGetValue(regions[i].Name, out var last) && last == ranges[i];
            if (!isTracked || !isSameMemory) changed[i].AddAll();
            foreach ((nint start, nint end) in marks) Mark(changed[i], ranges[i], start, end);
            _last[regions[i].Name] = isTracked ? ranges[i] : default;
        }

        return changed;
    }

    public void Dispose()
    {
        WrittenMemory.Detach(this);
        _tracker?.Dispose();
    }

    private static unsafe (nint Address, long LengthBytes) RangeOf(CheckpointRegion region, long lengthBytes)
    {
        if (lengthBytes == 0 || !region.IsTrackable) return default;
        Span<byte> first = GuardedRegion.Slice(region, 0, (int)long.Min(lengthBytes, PageSet.PageBytes));
        return ((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first)), lengthBytes);
    }

    /// <summary>What two regions share would be reported to the first of them only.</summary>
    private static bool Overlaps((nint Address, long LengthBytes)[] ranges, int mine)
    {
        for (int i = 0; i < ranges.Length; i++)
        {
            if (i != mine && ranges[i].Address < ranges[mine].Address + (nint)ranges[mine].LengthBytes
                && ranges[mine].Address < ranges[i].Address + (nint)ranges[i].LengthBytes)
            {
                return true;
            }
        }

        return false;
    }

    private static void Mark(PageSet changed, (nint Address, long LengthBytes) range, nint start, nint end)
    {
        if (range.Address == 0 || end <= range.Address || start >= range.Address + (nint)range.LengthBytes) return;
        long first = long.Max(0, (long)start - range.Address) / PageSet.PageBytes;
        long last = (long.Min(end, range.Address + (nint)range.LengthBytes) - 1 - range.Address) / PageSet.PageBytes;
        changed.Add(first, last - first + 1);
    }
}
