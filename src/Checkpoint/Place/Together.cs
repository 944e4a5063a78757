using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint;

/// <summary>Failing together: the same exception on every rank, with all ranks' reasons.</summary>
internal static class Together
{
    /// <summary>Throws if any rank, in order, has a problem.</summary>
    public static void Throw(IEnumerable<string?> byRank)
    {
        string?[] all = [.. byRank];
        if (all.Any(static p => p is not null)) throw new CheckpointException(Joined(all));
    }

    public static string Joined(IEnumerable<string?> byRank) => string.Join(
        Environment.NewLine, byRank.Select(static (p, rank) => p is null ? null : $"rank {rank}: {p}").OfType<string>());
}
