using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// What the resilience layer does with requests between two steps: completes them without telling the program, which finds them complete at its next
/// Wait or Test; and takes receives out of the library for a while.
/// </summary>
public abstract partial class Request
{
    private EarlyCompletion? _early;

    /// <summary>The name under which the request may be live over a safe point; null for one that must be complete there.</summary>
    internal string? CrossingName { get; set; }

    /// <summary>Whether the communication is complete and only the program has not been told: what came is still to be handed over.</summary>
    internal bool IsCompleteEarly => _early is not null;

    /// <summary>Whether the communication is complete early and failed.</summary>
    internal bool HasFailedEarly => _early is { Code: not 0 };

    /// <summary>Whether a message came with it; one that was truncated did arrive.</summary>
    internal bool HasArrivedEarly => _early is { } early && (early.Code == 0 || ErrorCheck.IsTruncation(early.Code));

    /// <summary>The status of a communication that is complete early.</summary>
    internal NativeStatus EarlyStatus => _early!.Status;

    /// <summary>Whether nothing must be outstanding of this request when the job falls silent. A receive without a message holds nothing.</summary>
    internal virtual bool MustComplete => true;

    /// <summary>
    /// Completes the communication if it can be, without telling the program: counted, and what came stays where it is until the program asks.
    /// </summary>
    /// <returns>Whether it is complete now and was not before; the status tells where a message came from.</returns>
    internal unsafe bool CompleteEarly()
    {
        if (_handle == 0)
            return false;
        NativeStatus status;
        int code = Progress.Test(ref _handle, out bool isComplete, &status);
        if (!isComplete && code == 0)
            return false;
        EndEarly(status, code);
        if (HasArrivedEarly)
            CountArrival(status.Source);
        return true;
    }

    /// <summary>Takes a posted receive without a message out of the library; other requests stay as they are.</summary>
    internal virtual SuspendOutcome Suspend() => SuspendOutcome.NotPosted;

    /// <summary>Posts a receive again that <see cref="Suspend"/> has taken out.</summary>
    internal virtual void Resume()
    {
    }

    /// <summary>Cancels the native receive under way.</summary>
    private protected unsafe SuspendOutcome SuspendReceive()
    {
        if (_handle == 0)
            return SuspendOutcome.NotPosted;
        nint handle = _handle;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cancel(&handle), "MPI_Cancel", Communicator);
        NativeStatus status;
        int code = Progress.Wait(ref _handle, &status);
        _handle = 0;
        if (code == 0 && IsCancelled(&status))
            return SuspendOutcome.Cancelled;
        EndEarly(status, code);
        if (HasArrivedEarly)
            CountArrival(status.Source);
        return SuspendOutcome.Delivered;
    }

    /// <summary>The bytes that came, of a receive that is complete early.</summary>
    internal virtual System.ReadOnlySpan<byte> EarlyPayload() => default;

    /// <summary>Stands as complete without a native request, or after it; Wait and Test will find it so.</summary>
    private protected void EndEarly(NativeStatus status, int code)
    {
        _handle = 0;
        _early = new EarlyCompletion(status, code);
    }

    private sealed record EarlyCompletion(NativeStatus Status, int Code);
}
