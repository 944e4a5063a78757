using System.Collections.Immutable;

namespace HpcVirt.Control.Protocol;

/// <summary>One hold of the job, from the request to the last rank's going on. Pure, like the rest of the protocol.</summary>
/// <remarks><code>
///  asked --(all ranks: held)--> silent --(released)--> going on --(all ranks: ended)--> over
///    |                            |  a rank goes on by itself: it was too long, the job is to stop
///    +--(not silent)--------------+----------------------> the others are released --> over, with a reason
/// </code></remarks>
internal sealed record JobHold(long Number)
{
    /// <summary>Ranks that are silent.</summary>
    public ImmutableHashSet<int> Held { get; init; } = [];

    /// <summary>Ranks that have gone on.</summary>
    public ImmutableHashSet<int> Ended { get; init; } = [];

    /// <summary>Why it ended by itself, or never began; empty as long as all is well.</summary>
    public string Trouble { get; init; } = "";

    /// <summary>Whether the ranks were told to go on.</summary>
    public bool IsReleased { get; init; }

    /// <summary>Whether nobody is held by it any more.</summary>
    public bool IsOver { get; init; }

    public bool IsSilent(int ranks) => !IsOver && !IsReleased && Trouble.Length == 0 && Held.Count == ranks;

    public JobHold With(RankHeld held) => held.Hold == Number ? this with { Held = Held.Add(held.Rank) } : this;

    /// <summary>Rank 0 knows best why a job did not fall silent.</summary>
    public JobHold With(RankHoldEnded ended, int ranks)
    {
        if (ended.Hold != Number) return this;
        ImmutableHashSet<int> all = Ended.Add(ended.Rank);
        string trouble = ended.Reason.Length > 0 && !IsReleased && (Trouble.Length == 0 || ended.Rank == 0) ? ended.Reason : Trouble;
        return this with { Ended = all, Trouble = trouble, IsOver = all.Count == ranks };
    }

    /// <summary>The attempt is over, and its ranks with it.</summary>
    public JobHold Lost() => IsOver ? this : this with { IsOver = true, Trouble = Trouble.Length > 0 ? Trouble : "the attempt ended meanwhile; the job goes on from its newest checkpoint" };
}
