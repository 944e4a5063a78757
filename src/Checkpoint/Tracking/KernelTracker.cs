using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint.Native;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Checkpoint;

/// <summary>Which pages were written, asked of the kernel (<see cref="PageWatch"/>).</summary>
internal sealed unsafe class KernelTracker : IDisposable
{
    private const int RegionsPerScan = 1024;

    private readonly SafeFileHandle _watch;
    private readonly SafeFileHandle _pagemap;
    private readonly PageWatch.PageRegion[] _found = new PageWatch.PageRegion[RegionsPerScan];
    private readonly HashSet<(nint Address, long LengthBytes)> _watched = [];

    private KernelTracker(SafeFileHandle watch, SafeFileHandle pagemap)
    {
        _watch = watch;
        _pagemap = pagemap;
    }

    /// <summary>A tracker, or null with what the kernel lacks: tried out on a page, not guessed from a version.</summary>
    public static KernelTracker? TryCreate(out string? reason)
    {
        int descriptor = PageWatch.Open();
        if (descriptor < 0)
        {
            reason = "the kernel gives no userfaultfd to this user";
            return null;
        }

        var watch = new SafeFileHandle(descriptor, ownsHandle: true);
        int map = LibC.Open("/proc/self/pagemap", LibC.ReadOnly | LibC.CloseOnExec, 0);
        var pagemap = new SafeFileHandle(map, ownsHandle: true);
        var tracker = new KernelTracker(watch, pagemap);
        var api = new PageWatch.Api { Version = PageWatch.ApiVersion, Features = PageWatch.Features };
        if (PageWatch.Control(descriptor, PageWatch.ApiRequest, &api) != 0) reason = "userfaultfd has no asynchronous write protection (Linux 6.7 has)";
        else if (map < 0) reason = "/proc/self/pagemap cannot be opened";
        else if (!tracker.Works()) reason = "PAGEMAP_SCAN did not report a page that was written";
        else reason = null;
        if (reason is null) return tracker;
        tracker.Dispose();
        return null;
    }

    /// <summary>Adds to <paramref name="changed"/> the pages written since the last call, and from now on watches for the next ones.</summary>
    public void Collect(nint address, long lengthBytes, PageSet changed)
    {
        nint start = address & -PageSet.PageBytes;
        nint end = (nint)((address + lengthBytes + PageSet.PageBytes - 1) & -PageSet.PageBytes);
        if (!_watched.Contains((address, lengthBytes)) || !TryScan(start, end, address, changed))
        {
            // Never watched, or unmapped and mapped again since: nothing is known, so all of it counts as written, from now on watched.
            changed.AddAll();
            _watched.Remove((address, lengthBytes));
            if (TryWatch(start, end) && TryScan(start, end, address, changed)) _watched.Add((address, lengthBytes));
        }

        // A page that other memory shares may have been reported to, and protected again for, another region: such edges always count.
        if (address != start) changed.Add(0, 1);
        if (address + lengthBytes != end) changed.Add(changed.PageCount - 1, 1);
    }

    /// <summary>Watches a piece of memory no more: writes to it cost nothing again.</summary>
    public void Release(nint address, long lengthBytes)
    {
        if (!_watched.Remove((address, lengthBytes))) return;
        nint start = address & -PageSet.PageBytes;
        nint end = (nint)((address + lengthBytes + PageSet.PageBytes - 1) & -PageSet.PageBytes);
        Unregister(start, end);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _pagemap.Dispose();
    }

    private bool TryWatch(nint start, nint end)
    {
        var register = new PageWatch.Register { Start = (ulong)start, LengthBytes = (ulong)(end - start), Mode = PageWatch.ModeWriteProtect };
        return PageWatch.Control((int)_watch.DangerousGetHandle(), PageWatch.RegisterRequest, &register) == 0;
    }

    private void Unregister(nint start, nint end)
    {
        var range = (Start: (ulong)start, LengthBytes: (ulong)(end - start));
        _ = PageWatch.Control((int)_watch.DangerousGetHandle(), PageWatch.UnregisterRequest, &range);
    }

    private bool TryScan(nint start, nint end, nint address, PageSet changed)
    {
        fixed (PageWatch.PageRegion* found = _found)
        {
            for (ulong from = (ulong)start; from < (ulong)end;)
            {
                var scan = new PageWatch.Scan
                {
                    SizeBytes = (ulong)sizeof(PageWatch.Scan),
                    Flags = PageWatch.ScanAndProtect,
                    Start = from,
                    End = (ulong)end,
                    Regions = found,
                    RegionCount = RegionsPerScan,
                    CategoryMask = PageWatch.Written,
                    ReturnMask = PageWatch.Written,
                };
                int count = PageWatch.Control((int)_pagemap.DangerousGetHandle(), PageWatch.ScanRequest, &scan);
                if (count < 0) return false;
                for (int i = 0; i < count; i++) Add(found[i], address, changed);
                if (scan.WalkEnd <= from) return false;
                from = scan.WalkEnd;
            }
        }

        return true;
    }

    /// <summary>A page of the kernel may cover parts of two of the region's, which need not begin where a page does.</summary>
    private static void Add(PageWatch.PageRegion written, nint address, PageSet changed)
    {
        long first = long.Max(0, ((long)written.Start - address) / PageSet.PageBytes);
        long end = ((long)written.End - address + PageSet.PageBytes - 1) / PageSet.PageBytes;
        changed.Add(first, end - first);
    }

    private bool Works()
    {
        nint page = (nint)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(PageSet.PageBytes, PageSet.PageBytes);
        try
        {
            *(byte*)page = 1;
            if (!TryWatch(page, page + PageSet.PageBytes)) return false;
            var written = new PageSet(1);
            if (!TryScan(page, page + PageSet.PageBytes, page, written)) return false;
            written.Clear();
            if (!TryScan(page, page + PageSet.PageBytes, page, written) || written.Count != 0) return false;
            *(byte*)page = 2;
            return TryScan(page, page + PageSet.PageBytes, page, written) && written.Count == 1;
        }
        finally
        {
            Unregister(page, page + PageSet.PageBytes);
            System.Runtime.InteropServices.NativeMemory.AlignedFree((void*)page);
        }
    }
}
