using System;
using System.Threading;

namespace HpcVirt.Mpi.Resilience;

/// <summary>Gives the core to those that a rank's thread waits for, where the wait may be long and polling would take it from them.</summary>
internal static class Rest
{
    private static readonly object Nobody = new();

    /// <summary>Rests for so long.</summary>
    public static void For(TimeSpan nap)
    {
        lock (Nobody) _ = Monitor.Wait(Nobody, nap);
    }
}
