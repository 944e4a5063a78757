using System;

namespace MPI.Links;

/// <summary>
/// What happens when a call fails because a process that takes part in it is lost, or the communicator was revoked for that reason. Only libraries with
/// user-level failure mitigation say so; under the others such calls wait for ever.
/// </summary>
internal static class LostPeer
{
    /// <summary>Whether somebody has an answer to a lost peer.</summary>
    public static bool HasAnswer => Answer is not null;

    /// <summary>
    /// Runs on the rank's thread, within the call that failed, before the program hears of it; the memory of the call is still held. Is told whether a
    /// lost peer is certainly the reason. It may throw something else than the call would. Set and taken away by that thread.
    /// </summary>
    public static Action<bool>? Answer { get; set; }

    /// <summary>A call failed with this class.</summary>
    public static void Notice(MpiErrorClass errorClass)
    {
        bool isCertain = errorClass is MpiErrorClass.ProcessFailed or MpiErrorClass.ProcessFailedPending or MpiErrorClass.Revoked;

        // Open MPI 5's non-blocking collectives forget the class of an error that the next round of their schedule meets.
        if (!isCertain && errorClass is not (MpiErrorClass.Other or MpiErrorClass.Internal or MpiErrorClass.Unknown)) return;
        Action<bool>? answer = Answer;

        // Taken away first: what the answer calls may fail in the same way, and that is its own business.
        Answer = null;
        answer?.Invoke(isCertain);
    }
}
