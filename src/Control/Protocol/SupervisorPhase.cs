namespace HpcVirt.Control.Protocol;

/// <summary>Where the supervisor is. Outcomes are another type, <see cref="JobOutcome"/>.</summary>
/// <remarks>
/// <code>
///            Begin              rank lost, launcher exited, stalled
///   Idle ------------> Running -------------------------------------> Ending
///                       ^   |                                          |  |
///                       |   | stop asked                               |  | attempt ended:
///                       |   v                                          |  | worth another attempt
///                       |  Stopping -- exited, lost, deadline,         |  v
///                       |              stop asked again --> Ending     | BackingOff
///                       |                                              |  |  |
///                       +------------ back-off elapsed ----------------|--+  | stop asked
///                                                                      v     v
///                                                                       Done
/// </code>
/// </remarks>
internal enum SupervisorPhase
{
    /// <summary>Nothing was launched yet.</summary>
    Idle,

    /// <summary>An attempt runs.</summary>
    Running,

    /// <summary>An attempt runs and was asked to save a checkpoint and end.</summary>
    Stopping,

    /// <summary>The attempt is over or being ended; its processes and messages are awaited.</summary>
    Ending,

    /// <summary>The next attempt waits for its time.</summary>
    BackingOff,

    /// <summary>The job has an outcome.</summary>
    Done,
}
