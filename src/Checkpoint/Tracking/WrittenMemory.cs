using System.Collections.Generic;

namespace HpcVirt.Checkpoint;

/// <summary>
/// For those who write to protected memory past the kernel's tracking (devices that pinned it: network cards, io_uring's registered buffers):
/// they say so here, and the next checkpoint copies those pages whatever the kernel reports.
/// </summary>
public static class WrittenMemory
{
    private const int RangesMax = 4096;

    private static readonly Dictionary<object, List<(nint Start, nint End)>> Listeners = [];

    /// <summary>Notes that bytes were, or may have been, written. Cheap, and callable from any thread.</summary>
    /// <param name="address">Where they begin.</param>
    /// <param name="lengthBytes">How many.</param>
    public static void Mark(nint address, long lengthBytes)
    {
        if (lengthBytes <= 0) return;
        lock (Listeners)
        {
            foreach (List<(nint Start, nint End)> ranges in Listeners.Values)
            {
                // A list that nobody empties must not grow for ever: it then says "all", which is always right.
                if (ranges.Count >= RangesMax)
                {
                    ranges.Clear();
                    ranges.Add((nint.MinValue, nint.MaxValue));
                }

                if (ranges.Count == 1 && ranges[0] == (nint.MinValue, nint.MaxValue)) continue;
                ranges.Add((address, address + (nint)lengthBytes));
            }
        }
    }

    internal static void Attach(object listener)
    {
        lock (Listeners) Listeners[listener] = [];
    }

    internal static void Detach(object listener)
    {
        lock (Listeners) Listeners.Remove(listener);
    }

    /// <summary>What was marked since the listener last asked.</summary>
    internal static List<(nint Start, nint End)> Take(object listener)
    {
        lock (Listeners)
        {
            if (!Listeners.TryGetValue(listener, out List<(nint Start, nint End)>? ranges) || ranges.Count == 0) return [];
            Listeners[listener] = [];
            return ranges;
        }
    }
}
