using System;
using System.Threading;

namespace HpcVirt.Checkpoint;

/// <summary>
/// For those who write to protected memory past the kernel's tracking (devices that pinned it: network cards, io_uring's registered buffers):
/// they say so here, and the next checkpoint copies those pages whatever the kernel reports.
/// </summary>
/// <remarks>Say it after the bytes are there and before the next checkpoint. The binding says it of all that MPI writes.</remarks>
public static class WrittenMemory
{
    private static readonly Lock Gate = new();

    /// <summary>What is watched; replaced as a whole, so that marking takes no lock.</summary>
    private static WatchedPages[] s_watched = [];

    /// <summary>Notes that bytes were, or may have been, written. Allocates nothing and takes no lock; callable from any thread.</summary>
    /// <param name="address">Where they begin.</param>
    /// <param name="lengthBytes">How many.</param>
    public static void Mark(nint address, long lengthBytes)
    {
        foreach (WatchedPages pages in Volatile.Read(ref s_watched)) pages.Mark(address, lengthBytes);
    }

    /// <summary>From now on marks within this memory are kept.</summary>
    internal static WatchedPages Watch(nint address, long lengthBytes)
    {
        var pages = new WatchedPages(address, lengthBytes);
        lock (Gate) Volatile.Write(ref s_watched, [.. s_watched, pages]);
        return pages;
    }

    internal static void Unwatch(WatchedPages pages)
    {
        lock (Gate) Volatile.Write(ref s_watched, Array.FindAll(s_watched, p => p != pages));
    }
}
