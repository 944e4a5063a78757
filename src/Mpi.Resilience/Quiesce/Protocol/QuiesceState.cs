namespace HpcVirt.Mpi.Resilience.Quiesce.Protocol;

/// <summary>What a rank knows in an attempt.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="Attempt">The attempt's number; all ranks go through all attempts in order.</param>
/// <param name="MayStep">Whether the program may be let go for one more step while others have not come: safe points are not numbered alike.</param>
/// <param name="BookmarksUntaken">Peers that have not taken this rank's newest bookmark.</param>
/// <param name="Owed">Messages that peers' bookmarks announce and that have not come; the sum over all pairs.</param>
/// <param name="OpenRequests">Own requests that must complete before the cut: sends, collectives and receives that were matched.</param>
/// <param name="HasGathered">Whether this rank has said that it is here and that all its bookmarks were taken.</param>
internal readonly record struct QuiesceState(
    QuiescePhase Phase, long Attempt, bool MayStep, int BookmarksUntaken, long Owed, int OpenRequests, bool HasGathered)
{
    /// <summary>Before the first attempt.</summary>
    public static QuiesceState Initial => new(QuiescePhase.Running, Attempt: 1, MayStep: false, BookmarksUntaken: 0, Owed: 0, OpenRequests: 0, HasGathered: false);

    /// <summary>Whether the rank is held at its safe point.</summary>
    public bool IsParked => Phase is QuiescePhase.Gathering or QuiescePhase.Draining or QuiescePhase.Proving or QuiescePhase.Silent or QuiescePhase.Releasing;
}
