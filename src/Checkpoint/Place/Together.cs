using System.Collections.Generic;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>Failing together: the same exception on every rank, with all ranks' reasons.</summary>
internal static class Together
{
    /// <summary>Throws if any rank, in order, has a problem.</summary>
    public static void Throw(IEnumerable<string?> byRank)
    {
        if (RankReasons.Join(byRank) is { } reasons) throw new CheckpointException(reasons);
    }
}
