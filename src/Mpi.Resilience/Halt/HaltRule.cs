using System;
using System.Globalization;

namespace HpcVirt.Mpi.Resilience.Halt;

/// <summary>Whether a job has to stop by itself. A pure function of the time and of what was measured.</summary>
internal static class HaltRule
{
    /// <summary>A checkpoint may take twice as long as the longest of late: others use the same disks, above all when a whole cluster ends its jobs.</summary>
    private const int CheckpointsInReserve = 2;

    /// <summary>A wish of now takes effect one lapse later; the next chance for it comes one lapse later still.</summary>
    private const int LapsesInReserve = 2;

    /// <summary>Null, or why to stop, for people.</summary>
    /// <param name="options">When to stop.</param>
    /// <param name="now">Rank 0's clock.</param>
    /// <param name="lapse">Time between two safe points at which a wish can be handed in.</param>
    /// <param name="checkpoint">How long a checkpoint takes until it is in the last tier.</param>
    public static string? Judge(HaltOptions options, DateTimeOffset now, TimeSpan lapse, TimeSpan checkpoint)
    {
        if (options.At is { } at && now >= at)
            return string.Create(CultureInfo.InvariantCulture, $"it was to stop at {at:u}");
        if (options.WallTimeEnd is not { } end)
            return null;
        TimeSpan reserve = options.Margin + (CheckpointsInReserve * checkpoint) + (LapsesInReserve * lapse);
        return now + reserve < end
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"the wall time ends at {end:u}, and {reserve.TotalSeconds:F1} s of it are kept for the last checkpoint and the end");
    }
}
