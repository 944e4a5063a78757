namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>What a frame carries. The numbers are part of the wire format; a number is never given a second meaning.</summary>
/// <remarks>
/// <code>
///  supervisor                      rank
///      | ------- Challenge ------->  |   nonce of the supervisor
///      | &lt;------ Response ---------  |   nonce of the rank, proof of the secret
///      | ------- Welcome --------->  |   proof of the secret
///      | &lt;------ Hello ------------  |   from here on under the session's keys
///      | &lt;------ Restored, Beat, CheckpointCommitted, CheckpointRefused, Held, HoldEnded, MoveReady, Moved, MovePrepared
///      | ------- RequestCheckpoint, RequestStop, RequestRepair, RequestTakeIn, RequestHold, RequestRelease, RequestMove, RequestMoveNow, RequestPrepare
///      | &lt;------ Alive -------->  |   when there was nothing else to say for a while
///      | &lt;------ Finished or Failed, Goodbye
///
///  supervisor                      operator, through the Unix socket only, after the same handshake
///      | &lt;------ Ask ------------  |
///      | ------- Answer -------->  |   as many as it takes
///      | ------- Goodbye ------->  |
/// </code>
/// </remarks>
internal enum FrameType
{
    None = 0,
    Challenge = 1,
    Response = 2,
    Welcome = 3,
    Hello = 16,
    Restored = 17,
    Beat = 18,
    CheckpointCommitted = 19,
    CheckpointRefused = 20,
    Finished = 21,
    Failed = 22,
    Held = 23,
    HoldEnded = 24,
    MoveReady = 25,
    Moved = 26,
    MovePrepared = 27,
    RequestCheckpoint = 32,
    RequestStop = 33,
    RequestRepair = 34,
    RequestTakeIn = 35,
    RequestHold = 36,
    RequestRelease = 37,
    RequestMove = 38,
    RequestMoveNow = 39,
    RequestPrepare = 40,
    Goodbye = 48,
    Alive = 49,
    Ask = 64,
    Answer = 65,
}
