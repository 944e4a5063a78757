using System;

namespace HpcVirt.Control.Protocol;

/// <summary>
/// Bounded exponential back-off with "equal jitter": half of the delay is fixed, half random, so that many jobs that lost the same
/// host do not come back at the same instant and none comes back at once.
/// </summary>
/// <param name="DelayMin">Ceiling of the first delay.</param>
/// <param name="DelayMax">Ceiling of every delay.</param>
public sealed record Backoff(TimeSpan DelayMin, TimeSpan DelayMax)
{
    /// <summary>0.5 s, doubled with every failure in a row, at most 30 s.</summary>
    public static Backoff Default { get; } = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30));

    /// <summary>The delay before the next attempt.</summary>
    /// <param name="failuresInARow">Attempts without progress so far, at least 1.</param>
    /// <param name="random">Seeded source of the jitter.</param>
    public TimeSpan DelayAfter(int failuresInARow, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failuresInARow, 1);
        double ceilingSeconds = Math.Min(DelayMax.TotalSeconds, DelayMin.TotalSeconds * Math.Pow(2, Math.Min(failuresInARow - 1, 30)));
        return TimeSpan.FromSeconds(ceilingSeconds * (0.5 + 0.5 * random.NextDouble()));
    }
}
