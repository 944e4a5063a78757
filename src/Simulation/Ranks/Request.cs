using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Ranks;

/// <summary>A call that was begun: the program waits for it now or later.</summary>
internal struct Request
{
    public RequestKind Kind;
    public bool IsComplete;

    /// <summary>Was told to the protocol as one that must complete.</summary>
    public bool IsCounted;

    public int Slot;
    public int Peer;
    public int Tag;
    public int Communicator;
    public int NextOfRank;
    public int NextPosted;

    /// <summary>The order of posting.</summary>
    public long Order;

    /// <summary>Of the message that was received, or the result of the reduction.</summary>
    public ulong Value;
    public int Source;
    public int ReceivedTag;
    public long Sequence;

    public readonly bool Matches(int source, int tag, int communicator) =>
        Communicator == communicator && (Peer == Operation.Any || Peer == source) && (Tag == Operation.Any || Tag == tag);
}

internal enum RequestKind : byte
{
    Send,
    Receive,
    Collective,
}
