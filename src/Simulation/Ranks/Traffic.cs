using System.Runtime.CompilerServices;

namespace HpcVirt.Simulation.Ranks;

/// <summary>What a rank knows about another one that it has exchanged messages with.</summary>
internal struct Peer
{
    public int Rank;
    public int Next;
    public int Pairs;

    /// <summary>The number of the bookmark that this peer was sent last, its attempt, and whether the peer took it.</summary>
    public int Bookmark;
    public int BookmarkAttempt;
    public bool IsTaken;

    public long LastArrivalNs;
}

/// <summary>The counters of a rank and a peer on one communicator.</summary>
internal struct Pair
{
    public int Communicator;
    public int Next;
    public long Sent;
    public long Received;

    /// <summary>What had been sent when the job was silent last.</summary>
    public long Proven;

    /// <summary>What the peer was told last, and in which attempt.</summary>
    public long Told;
    public int ToldAttempt;

    /// <summary>What the peer has told last, and in which attempt.</summary>
    public int AnnouncedAttempt;
    public long Announced;

    /// <summary>The network delivers what is sent later not earlier than this.</summary>
    public long LastArrivalNs;
}

/// <summary>One line of a bookmark.</summary>
internal struct Announcement
{
    public int Communicator;
    public int Next;
    public long Sent;
}

/// <summary>The numbers of a reduction, as long as the proof's.</summary>
[InlineArray(Mpi.Resilience.Quiesce.Protocol.QuiesceProof.Length)]
internal struct Sums
{
    private ulong _first;
}
