using System;
using System.Collections.Generic;
using MPI.Native;

namespace MPI.Traffic;

/// <summary>
/// Takes in messages before the program asks for them, so that a sender that waits for its message to be received can go on, and so that nothing
/// stays in the library when the job falls silent. The rank's thread turns it.
/// </summary>
/// <param name="limitBytes">How many bytes may be captured at a time.</param>
internal sealed unsafe class MessageDrain(long limitBytes)
{
    private readonly List<(Communicator Communicator, CapturedMessage Message)> _underWay = [];

    /// <summary>A message of a peer was received: by a capture, or by a request of the program that the library has completed.</summary>
    public event Action<PairTraffic, int>? Came;

    /// <summary>A request that must complete before the cut has completed.</summary>
    public event Action<Request>? Completed;

    /// <summary>Whether so much was captured that no more is taken in.</summary>
    public bool IsFull => CapturedMessage.HeldBytes > limitBytes;

    /// <summary>Looks once at everything: at messages that can be taken, at those under way, and at the program's own requests.</summary>
    /// <returns>Whether anything happened.</returns>
    public bool Turn() => Take() | Finish() | CompleteRequests();

    /// <summary>Takes every message that can be taken now out of the library's matching.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Take()
    {
        bool any = false;
        IReadOnlyList<Communicator> communicators = TrafficLedger.Communicators;
        for (int index = 0; index < communicators.Count; index++)
        {
            Communicator communicator = communicators[index];
            while (!IsFull && TakeOne(communicator))
                any = true;
        }

        return any;
    }

    private bool TakeOne(Communicator communicator)
    {
        NativeStatus status;
        if (!Progress.TryTake(communicator.Handle, out nint message, &status))
            return false;

        CapturedMessage captured = CapturedMessage.Begin(communicator, message, &status);
        communicator.PostedOrNew().Captured.Add(captured);

        // Short messages came with their envelope and are here at once.
        if (!captured.IsLeftBehind && !FinishOne(communicator, captured))
            _underWay.Add((communicator, captured));
        return true;
    }

    private bool Finish()
    {
        bool any = false;
        for (int index = 0; index < _underWay.Count;)
        {
            (Communicator communicator, CapturedMessage message) = _underWay[index];
            if (!FinishOne(communicator, message))
            {
                index++;
                continue;
            }

            any = true;
            _underWay[index] = _underWay[^1];
            _underWay.RemoveAt(_underWay.Count - 1);
        }

        return any;
    }

    /// <summary>Whether the message is here. One that the program received meanwhile was counted there.</summary>
    private bool FinishOne(Communicator communicator, CapturedMessage message)
    {
        if (message.Advance(communicator))
        {
            communicator.Traffic!.CountReceived(message.Source);
            Came?.Invoke(communicator.Traffic, message.Source);
        }

        return message.IsComplete;
    }

    private bool CompleteRequests()
    {
        bool any = false;
        for (Request? request = TrafficLedger.Requests!.First; request is not null; request = request.NextLive)
        {
            if (!request.CompleteEarly())
                continue;
            any = true;
            if (request.MustComplete)
                Completed?.Invoke(request);
            else if (request.HasArrivedEarly)
                Came?.Invoke(request.Communicator.Traffic!, request.EarlyStatus.Source);
        }

        return any;
    }
}
