namespace HpcVirt.Checkpoint.Protocol;

/// <summary>Where a rank is in a save.</summary>
/// <remarks>
/// <code>
/// Preparing -> Comparing -> Writing -> Collecting -> Protecting -> Describing -> Voting -> Publishing -> Confirming -> Retiring -> Ended
///                  |                        |                      (leaders)       |      (leaders)                    (leaders)
///                  |                        |                                  Explaining
///                  '------------------------'--------------------------------------'--> Dropping (leaders) ---------------------> Ended
/// </code>
/// Comparing, Collecting, Voting, Explaining and Confirming are collective; all ranks take the same branch out of them,
/// because all decide by the same pure function of the same reports.
/// </remarks>
internal enum CommitPhase
{
    /// <summary>Describing the regions; the leader makes the temporary directory.</summary>
    Preparing,

    /// <summary>Telling all: step, size, room, objections.</summary>
    Comparing,

    /// <summary>Writing and syncing the shard.</summary>
    Writing,

    /// <summary>Telling all: length and checksum of the shard, or why not.</summary>
    Collecting,

    /// <summary>Storing what other ranks' shards can be rebuilt from.</summary>
    Protecting,

    /// <summary>The leader writes the manifest and makes the temporary directory durable.</summary>
    Describing,

    /// <summary>The vote, which commits.</summary>
    Voting,

    /// <summary>After a lost vote: telling all why.</summary>
    Explaining,

    /// <summary>The leader renames the directory to its final name.</summary>
    Publishing,

    /// <summary>Telling all whether the rename went well.</summary>
    Confirming,

    /// <summary>The leader deletes what is no longer needed.</summary>
    Retiring,

    /// <summary>The leader deletes what was written in vain.</summary>
    Dropping,

    /// <summary>The result stands.</summary>
    Ended,
}
