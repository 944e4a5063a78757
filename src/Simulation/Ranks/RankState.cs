using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Ranks;

/// <summary>A simulated rank: its program, its queues, and what the library knows in it. Lists are named by their first entry; 0 is an empty one.</summary>
internal struct RankState
{
    // What almost every event touches stands first, together.
    public RankActivity Activity;

    /// <summary>From arrival on all waits take in the program's messages.</summary>
    public bool TakesIn;

    public int Collectives;

    /// <summary>Messages of collectives that this rank has not come to.</summary>
    public int EarlyCollectives;

    /// <summary>The request that the program's call waits for.</summary>
    public int AwaitedRequest;

    /// <summary>All requests that the program has not waited for.</summary>
    public int Requests;

    public int Peers;
    public int PeerCount;

    /// <summary>Receives that no message has matched, in the order in which they were posted.</summary>
    public int PostedFirst;
    public int PostedLast;

    /// <summary>Messages that no receive has matched, in the order of their arrival.</summary>
    public int UnexpectedFirst;
    public int UnexpectedLast;

    public ProgramState Program;

    /// <summary>The call that the program is in.</summary>
    public Operation Call;

    /// <summary>Messages that the library has taken in, in the same order.</summary>
    public int CapturedFirst;
    public int CapturedLast;

    /// <summary>Collectives of the library that this rank has entered, which are numbered in this order.</summary>
    public int PrivateCollectives;

    /// <summary>Bookmarks that have come and were not taken, or are kept for a later attempt.</summary>
    public int BookmarksFirst;
    public int BookmarksLast;

    public QuiesceState Quiesce;
    public AgreementState Agreement;

    /// <summary>The attempt's gather was entered and not looked at; it, and the proof, are complete and were not looked at.</summary>
    public bool GatherOutstanding;
    public bool GatherNoticed;
    public bool ProofNoticed;

    /// <summary>The sums of the last proof, while they are not looked at.</summary>
    public int ProofSums;

    /// <summary>The sums of the agreement's last exchange, likewise; 0 while it is not complete.</summary>
    public int ExchangeSums;

    /// <summary>The next exchange is posted when the attempt at this safe point is over; when and where the last one was posted.</summary>
    public bool OwesExchange;
    public long ExchangePostedAtNs;
    public long ExchangePostedAtPoint;

    /// <summary>Somebody outside has asked, and the wish was not handed on.</summary>
    public bool Requested;

    /// <summary>A request was handed on and not answered; the attempts that failed for it.</summary>
    public bool Waiting;
    public int FailedAttempts;

    /// <summary>Safe points that are not numbered: the newest attempt that somebody wished for, and the newest that was passed on.</summary>
    public int Wished;
    public int WishPassedOn;

    /// <summary>Arrivals at safe points, which tell an old patience from a new one; steps and clocks of the attempt.</summary>
    public int Arrivals;
    public int Steps;
    public int DeadlineAttempt;
    public long DeadlineAtNs;
    public long ArrivedAtNs;

    /// <summary>Behind the program.</summary>
    public bool IsAtEnd;
    public bool HasEnteredFinish;
    public bool FinishNoticed;

    /// <summary>What the quiesce has cost this rank.</summary>
    public int QuiesceMessages;
    public int QuiesceBytes;
    public int QuiesceRounds;
    public int AgreementMessages;
}

/// <summary>What a rank's thread does.</summary>
internal enum RankActivity : byte
{
    Computing,
    Sending,
    Receiving,
    Probing,
    Waiting,
    InCollective,

    /// <summary>At a safe point, until the agreement's exchange is complete.</summary>
    AwaitingExchange,

    /// <summary>At the safe point of an attempt, until the one before has ended.</summary>
    AwaitingProof,

    Parked,

    /// <summary>Behind the program, until all ranks are.</summary>
    Finishing,
    Finished,
    Dead,
}
