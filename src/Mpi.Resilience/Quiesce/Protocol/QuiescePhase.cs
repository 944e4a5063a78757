namespace HpcVirt.Mpi.Resilience.Quiesce.Protocol;

/// <summary>Where a rank is in an attempt to fall silent.</summary>
/// <remarks>
/// <code>
///             ,------------------------ not silent ------------------------,
///             v                                                            |
/// Running -> Gathering -> Draining -> Proving -> Silent -> Releasing -> Running
///    |       ^   |  |        |
///    |       |   v  |        |  deadline
///    |     Stepping |        |
///    |              v        v
///    '---------> Withdrawn (the program goes on) -> Running
/// </code>
/// Gathering and Draining wait with a deadline and may give up at any moment, alone. Proving waits without one: who has come to Proving knows that
/// all ranks have come, so that each of them votes within its own deadline, and nobody gives up after it has voted yes.
/// </remarks>
internal enum QuiescePhase
{
    /// <summary>The program runs; no attempt concerns this rank.</summary>
    Running,

    /// <summary>At the safe point: tells its peers how many messages it has sent them, and waits until all ranks have come and have been told.</summary>
    Gathering,

    /// <summary>On leave from Gathering: the program makes one more step, because a rank that has not come may be waiting for it.</summary>
    Stepping,

    /// <summary>All ranks have come and nobody sends: takes in what is owed to this rank.</summary>
    Draining,

    /// <summary>Has voted that nothing is owed; waits for the sum over all ranks.</summary>
    Proving,

    /// <summary>Proven: no message of the program is in flight anywhere. The action happens.</summary>
    Silent,

    /// <summary>The action is done here; nobody may send before it is done everywhere.</summary>
    Releasing,

    /// <summary>Has voted no: the program runs again, and what the attempt still has outstanding completes behind it.</summary>
    Withdrawn,
}
