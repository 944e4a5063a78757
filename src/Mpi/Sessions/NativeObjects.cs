using System;
using System.Collections.Generic;

namespace MPI;

/// <summary>The native objects that the program holds, where sessions follow one another beneath it. Empty, and one comparison for each object, elsewhere.</summary>
internal static class NativeObjects
{
    private static readonly List<WeakReference<INativeObject>> Known = [];
    private static int s_sweepAt = 64;

    /// <summary>Remembers an object for as long as the program does.</summary>
    public static void Add(INativeObject made)
    {
        if (!SessionWorld.IsUsed)
            return;
        lock (Known)
        {
            if (Known.Count >= s_sweepAt)
            {
                _ = Known.RemoveAll(static known => !known.TryGetTarget(out _));
                s_sweepAt = Math.Max(64, 2 * Known.Count);
            }

            Known.Add(new WeakReference<INativeObject>(made));
        }
    }

    /// <summary>The session ends.</summary>
    public static void ReleaseAll() => ForEach(static made => made.Release());

    /// <summary>Another session has begun.</summary>
    public static void RenewAll() => ForEach(static made => made.Renew());

    private static void ForEach(Action<INativeObject> act)
    {
        lock (Known)
        {
            foreach (WeakReference<INativeObject> known in Known)
            {
                if (known.TryGetTarget(out INativeObject? made)) act(made);
            }
        }
    }
}
