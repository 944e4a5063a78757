namespace HpcVirt.Mpi.Resilience.Quiesce.Protocol;

/// <summary>What happens to a rank in an attempt. A value, because the simulator makes hundreds of millions of them.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Bookmarks">Arrived: the peers that must be told.</param>
/// <param name="Messages">Arrived and BookmarkCame: how many more messages are announced than have come.</param>
/// <param name="OpenRequests">Arrived: own requests that must complete.</param>
/// <param name="IsYes">Arrived: safe points are not numbered alike. ProofCame: the job is silent.</param>
internal readonly record struct QuiesceEvent(QuiesceEventKind Kind, int Bookmarks = 0, long Messages = 0, int OpenRequests = 0, bool IsYes = false)
{
    /// <summary>The rank came to the safe point of the attempt, or came back from a step that it was let go for.</summary>
    /// <param name="bookmarks">Peers whose newest bookmark is still to be taken.</param>
    /// <param name="owed">Messages that were announced and have not come.</param>
    /// <param name="openRequests">Own requests that must complete.</param>
    /// <param name="mayStep">Whether the program may be let go for one more step.</param>
    public static QuiesceEvent Arrived(int bookmarks, long owed, int openRequests, bool mayStep) =>
        new(QuiesceEventKind.Arrived, bookmarks, owed, openRequests, mayStep);

    /// <summary>The rank came, and holds something open that cannot be quiesced.</summary>
    public static QuiesceEvent Objected() => new(QuiesceEventKind.Objected);

    /// <summary>A peer took this rank's newest bookmark.</summary>
    public static QuiesceEvent BookmarkTaken() => new(QuiesceEventKind.BookmarkTaken);

    /// <summary>A peer's bookmark came: so many messages more are announced than have come, or than an earlier bookmark announced.</summary>
    public static QuiesceEvent BookmarkCame(long missing) => new(QuiesceEventKind.BookmarkCame, Messages: missing);

    /// <summary>A message came from a peer whose bookmark has come.</summary>
    public static QuiesceEvent MessageCame() => new(QuiesceEventKind.MessageCame);

    /// <summary>One of the requests that must complete has completed.</summary>
    public static QuiesceEvent RequestCompleted() => new(QuiesceEventKind.RequestCompleted);

    /// <summary>All ranks have come, and all bookmarks were taken.</summary>
    public static QuiesceEvent AllGathered() => new(QuiesceEventKind.AllGathered);

    /// <summary>The sum over all ranks: whether all voted yes, in this attempt, and all pairs' counters are equal.</summary>
    public static QuiesceEvent ProofCame(bool isSilent) => new(QuiesceEventKind.ProofCame, IsYes: isSilent);

    /// <summary>Others have not come for a while: time to let the program go for a step.</summary>
    public static QuiesceEvent PatienceEnded() => new(QuiesceEventKind.PatienceEnded);

    /// <summary>Silence was not reached in time.</summary>
    public static QuiesceEvent DeadlinePassed() => new(QuiesceEventKind.DeadlinePassed);

    /// <summary>What the job fell silent for is done on this rank.</summary>
    public static QuiesceEvent ActionDone() => new(QuiesceEventKind.ActionDone);

    /// <summary>It is done on all ranks.</summary>
    public static QuiesceEvent AllReleased() => new(QuiesceEventKind.AllReleased);
}

/// <summary>The events by name.</summary>
internal enum QuiesceEventKind
{
    Arrived,
    Objected,
    BookmarkTaken,
    BookmarkCame,
    MessageCame,
    RequestCompleted,
    AllGathered,
    ProofCame,
    PatienceEnded,
    DeadlinePassed,
    ActionDone,
    AllReleased,
}
