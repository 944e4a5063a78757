using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint;

/// <summary>Which pages were written, asked of the kernel and of those who write past it (<see cref="WrittenMemory"/>).</summary>
internal sealed class WriteTracker(KernelTracker kernel) : IChangeTracker
{
    private readonly Dictionary<string, WatchWorth> _worth = [];
    private Dictionary<string, Watched> _watched = [];

    public TrackingKind Kind => TrackingKind.WriteProtection;

    /// <summary>Whether a region is left alone for now because nearly all of it changes.</summary>
    internal bool IsLeftAlone(string region) => _worth.TryGetValue(region, out WatchWorth? worth) && worth.IsPaused;

    public void Collect(IReadOnlyList<CheckpointRegion> regions, IReadOnlyList<RegionDescriptor> descriptors, PageSet[] changed)
    {
        (nint Address, long LengthBytes)[] ranges = [.. regions.Select((r, i) => RangeOf(r, descriptors[i].LengthBytes))];
        Dictionary<string, Watched> before = _watched;
        _watched = [];
        for (int i = 0; i < changed.Length; i++)
        {
            // What is not tracked is not known the next time either.
            if (ranges[i].Address == 0 || Overlaps(ranges, i)) changed[i].AddAll();
            else Collect(regions[i].Name, ranges[i], before, changed[i]);
        }

        foreach (Watched gone in before.Values) WrittenMemory.Unwatch(gone.Marks);
    }

    public void Forget()
    {
        foreach (Watched gone in _watched.Values) WrittenMemory.Unwatch(gone.Marks);
        _watched = [];
    }

    public void Dispose()
    {
        Forget();
        kernel.Dispose();
    }

    private void Collect(string name, (nint Address, long LengthBytes) range, Dictionary<string, Watched> before, PageSet changed)
    {
        if (!_worth.TryGetValue(name, out WatchWorth? worth)) _worth[name] = worth = new WatchWorth();
        if (worth.IsPaused)
        {
            worth.Pass();
            changed.AddAll();
            return;
        }

        bool isSameMemory = before.TryGetValue(name, out Watched? watched) && watched.Range == range;
        if (isSameMemory) before.Remove(name);

        // The marks are there before the kernel is asked and before anything is copied: what comes later is found the next time.
        else watched = new Watched(range, WrittenMemory.Watch(range.Address, range.LengthBytes));
        _watched[name] = watched!;
        kernel.Collect(range.Address, range.LengthBytes, changed);
        watched!.Marks.TakeInto(changed);

        // Another buffer than last time under this name: its pages say nothing about what the slots hold.
        if (!isSameMemory)
        {
            changed.AddAll();
            return;
        }

        worth.Judge(changed.Count, changed.PageCount);
        if (!worth.IsPaused) return;
        kernel.Release(range.Address, range.LengthBytes);
        WrittenMemory.Unwatch(watched.Marks);
        _watched.Remove(name);
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

    private sealed record Watched((nint Address, long LengthBytes) Range, WatchedPages Marks);
}
