using System;

namespace MPI.Traffic;

/// <summary>
/// The start of one request that was live over the cut of a checkpoint, done again after a restart: a send is not sent again, because its message
/// was received or captured before the cut; a receive whose message had come gets it at once; any other receive is posted as ever.
/// </summary>
internal sealed class ReplayedStart(bool isSend, CapturedMessage? arrival)
{
    /// <summary>The start that is being done again on this rank's thread, or null.</summary>
    [field: ThreadStatic]
    public static ReplayedStart? Current { get; private set; }

    /// <summary>The request that was started.</summary>
    public Request? Started { get; private set; }

    /// <summary>Runs what starts the request, and returns the request that it started.</summary>
    /// <exception cref="InvalidOperationException">It started nothing, several requests, or one of the other kind.</exception>
    public Request Run(Func<Request> post)
    {
        Current = this;
        try
        {
            Request posted = post();
            return ReferenceEquals(posted, Started)
                ? posted
                : throw new InvalidOperationException("it returned another request than the one that it started; it must start exactly one and return it");
        }
        finally
        {
            Current = null;
        }
    }

    /// <summary>Called by a send that is started.</summary>
    public void TakeSend(Request request)
    {
        Take(request);
        if (!isSend)
            throw new InvalidOperationException($"it started {request.Describe()}, and was a receive when the checkpoint was taken");
    }

    /// <summary>Called by a receive that is started.</summary>
    /// <returns>The message that it had received, or null.</returns>
    public CapturedMessage? TakeReceive(Request request)
    {
        Take(request);
        return isSend
            ? throw new InvalidOperationException($"it started {request.Describe()}, and was a send when the checkpoint was taken")
            : arrival;
    }

    private void Take(Request request)
    {
        if (Started is not null)
            throw new InvalidOperationException($"it started {Started.Describe()} and then {request.Describe()}; it must start exactly one request");
        Started = request;
    }
}
