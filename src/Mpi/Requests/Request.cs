using System.Runtime.ExceptionServices;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A communication that was started and completes later (MPI 4.1, section 3.7). Belongs to the thread level's rules like any MPI call.</summary>
/// <remarks>
/// A request must be completed: by a <see cref="Wait"/>, by a <see cref="Test"/> that does not return null, or by a <see cref="RequestList"/>.
/// Until then its memory stays pinned. There is no finalizer: the garbage collector's thread must not call MPI, and memory that the library may
/// still write to must not be given back.
/// </remarks>
public abstract partial class Request
{
    /// <summary>The native request while one is under way, else zero: a receive that waits in <see cref="PostedReceives"/> has none yet.</summary>
    private nint _handle;

    private CompletedStatus? _completed;
    private ExceptionDispatchInfo? _failure;
    private bool _cancelAsked;

    private protected Request(Communicator communicator) => Communicator = communicator;

    internal Communicator Communicator { get; }

    internal Request? NextLive { get; set; }

    internal Request? PreviousLive { get; set; }

    /// <summary>Whether a native request is under way.</summary>
    private protected bool IsUnderWay => _handle != 0;

    private protected bool HasEnded => _completed is not null || _failure is not null;

    /// <summary>Waits until the communication is complete. Once it is, returns the same status again.</summary>
    /// <returns>What came, for a receive; empty for a send.</returns>
    /// <exception cref="MpiException">The communication failed, for example because the message was longer than its room.</exception>
    public unsafe CompletedStatus Wait()
    {
        if (EarlierResult() is { } earlier)
            return earlier;
        RequireStarted();
        for (int turn = 0; _handle == 0; Progress.Pause(ref turn))
        {
            if (_early is { } early)
                return End(early.Status, early.Code, isCounted: true);
            Communicator.Posted?.Advance();
            if (HasEnded)
                return EarlierResult()!;
        }

        NativeStatus status;
        int code = Progress.Wait(ref _handle, &status);
        return End(status, code, isCounted: false);
    }

    /// <summary>Asks whether the communication is complete, and makes progress.</summary>
    /// <returns>As <see cref="Wait"/>, or null while it is not complete.</returns>
    /// <exception cref="MpiException">The communication failed.</exception>
    public unsafe CompletedStatus? Test()
    {
        if (EarlierResult() is { } earlier)
            return earlier;
        RequireStarted();
        if (_handle == 0 && _early is null)
        {
            Communicator.Posted?.Advance();
            if (_handle == 0 && _early is null)
                return EarlierResult();
        }

        if (_early is { } early)
            return End(early.Status, early.Code, isCounted: true);

        NativeStatus status;
        int code = Progress.Test(ref _handle, out bool isComplete, &status);
        return isComplete || code != 0 ? End(status, code, isCounted: false) : null;
    }

    /// <summary>
    /// Cancels the communication if it is not too late. A receive is complete when this returns, and its status tells whether it was cancelled or
    /// a message came first. For a send this is a wish that most libraries ignore: it must still be completed.
    /// </summary>
    public virtual unsafe void Cancel()
    {
        if (HasEnded || _handle == 0)
            return;
        _cancelAsked = true;
        nint handle = _handle;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Cancel(&handle), "MPI_Cancel", Communicator);
    }

    /// <summary>
    /// Ends what is under way, for the world it belongs to is gone: a receive is cancelled, and what was being transferred is waited for a little.
    /// Then the memory is given back. Whoever waits for it from now on hears the reason. Called once.
    /// </summary>
    /// <returns>False where the library may still use the memory, or the request is one in whose wait this happens, which ends it itself.</returns>
    internal bool GiveUp(System.Exception reason)
    {
        nint handle = _handle;
        _handle = 0;
        _early = null;
        _failure = ExceptionDispatchInfo.Capture(reason);
        if (handle != 0 && (handle == Progress.WaitedFor || !Progress.EndQuietly(handle)))
            return false;
        Release();
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Describe();

    /// <summary>The call, the peer and the communicator, for messages that name a live request.</summary>
    /// <returns>For example <c>MPI_Irecv from 3, tag 7, on world</c>.</returns>
    internal abstract string Describe();

    /// <summary>The native request has been started.</summary>
    private protected void Begin(nint handle) => _handle = handle;

    /// <summary>From now on the request counts as live, also while it waits for its message without a native request.</summary>
    private protected void Enlist()
    {
        _completed = null;
        _early = null;
        _failure = null;
        _cancelAsked = false;
        CrossingName = null;
        TrafficLedger.EnterCall();
        TrafficLedger.Requests?.Add(this);
    }

    /// <summary>Ends a request that has no native one: it was cancelled before its message came, or its peer is nobody.</summary>
    private protected unsafe void EndWithout(NativeStatus status, bool cancelled)
    {
        if (cancelled)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Status_set_cancelled(&status, 1), "MPI_Status_set_cancelled");
        TrafficLedger.Requests?.Remove(this);
        _completed = new CompletedStatus(status, 0);
        Release();
    }

    /// <summary>Keeps a failure that happened while another request was being completed, for the next Wait or Test of this one.</summary>
    private protected void EndWith(System.Exception failure)
    {
        TrafficLedger.Requests?.Remove(this);
        _failure = ExceptionDispatchInfo.Capture(failure);
        Release();
    }

    /// <summary>A message has come: receives count it. Also called for a message that was truncated, which did arrive.</summary>
    private protected virtual void CountArrival(int source)
    {
    }

    /// <summary>Takes over what came, before the memory is released.</summary>
    /// <returns>How many elements came, or were sent.</returns>
    private protected abstract unsafe int Take(NativeStatus* status);

    /// <summary>Gives back the memory that the native request used.</summary>
    private protected abstract void Release();

    /// <summary>Tells the program that something came; the request is complete by then.</summary>
    private protected virtual void Announce()
    {
    }

    /// <summary>Refuses to wait for what was never started.</summary>
    private protected virtual void RequireStarted()
    {
    }

    private CompletedStatus? EarlierResult()
    {
        _failure?.Throw();
        return _completed;
    }

    private unsafe CompletedStatus End(NativeStatus status, int code, bool isCounted)
    {
        _handle = 0;
        _early = null;
        TrafficLedger.Requests?.Remove(this);
        bool wasCancelled = _cancelAsked && code == 0 && IsCancelled(&status);
        try
        {
            if (!wasCancelled && !isCounted && (code == 0 || ErrorCheck.IsTruncation(code)))
                CountArrival(status.Source);
            ErrorCheck.ThrowIfFailed(code, Describe(), Communicator);
            _completed = new CompletedStatus(status, wasCancelled ? 0 : Take(&status));
        }
        catch (System.Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
            throw;
        }
        finally
        {
            Release();
        }

        if (!wasCancelled)
            Announce();
        return _completed;
    }

    private static unsafe bool IsCancelled(NativeStatus* status)
    {
        int flag = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Test_cancelled(status, &flag), "MPI_Test_cancelled");
        return flag != 0;
    }
}
