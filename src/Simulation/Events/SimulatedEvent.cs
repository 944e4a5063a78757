namespace HpcVirt.Simulation.Events;

/// <summary>Something that happens at a moment of simulated time.</summary>
internal struct SimulatedEvent
{
    public long TimeNs;

    /// <summary>Decides between events of the same moment: what was planned first happens first.</summary>
    public long Order;

    public int Rank;

    /// <summary>A message, a request, a collective: what the kind says.</summary>
    public int Data;

    /// <summary>Tells a timer of an earlier attempt from one of this.</summary>
    public int Stamp;

    public EventKind Kind;

    public static bool IsBefore(in SimulatedEvent one, in SimulatedEvent other) =>
        one.TimeNs < other.TimeNs || (one.TimeNs == other.TimeNs && one.Order < other.Order);
}

/// <summary>What may happen.</summary>
internal enum EventKind : byte
{
    /// <summary>A message's envelope, and with a small message its content, comes to its receiver.</summary>
    MessageArrives,

    /// <summary>The content of a large message has come.</summary>
    ContentArrives,

    /// <summary>A large message has left its sender.</summary>
    SendCompletes,

    /// <summary>A rank's program has computed.</summary>
    ComputeDone,

    /// <summary>A rank notices that a collective is complete.</summary>
    CollectiveDone,

    /// <summary>A peer took a bookmark.</summary>
    BookmarkTaken,

    PatienceEnds,
    DeadlinePasses,
    ActionDone,

    /// <summary>Somebody outside asks a rank for silence.</summary>
    Requested,

    Killed,

    /// <summary>The supervisor ends a job that has lost a rank.</summary>
    JobEnds,
}
