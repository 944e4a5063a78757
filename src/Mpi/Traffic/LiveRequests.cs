using System.Collections.Generic;
using System.Threading;

namespace MPI.Traffic;

/// <summary>
/// The requests that were started and that the program has not seen complete, as an intrusive list: a request joins and leaves without
/// allocation. What is in it crosses a safe point by name, or the checkpoint is refused and the refusal names it.
/// </summary>
internal sealed class LiveRequests
{
    private readonly Lock _gate = new();

    /// <summary>The youngest; the others follow by <see cref="Request.NextLive"/>.</summary>
    public Request? First { get; private set; }

    public int Count { get; private set; }

    public void Add(Request request)
    {
        lock (_gate)
        {
            request.NextLive = First;
            request.PreviousLive = null;
            if (First is not null)
                First.PreviousLive = request;
            First = request;
            Count++;
        }
    }

    public void Remove(Request request)
    {
        lock (_gate)
        {
            if (request.PreviousLive is { } previous)
                previous.NextLive = request.NextLive;
            else if (ReferenceEquals(First, request))
                First = request.NextLive;
            else
                return;

            if (request.NextLive is { } next)
                next.PreviousLive = request.PreviousLive;
            request.NextLive = null;
            request.PreviousLive = null;
            Count--;
        }
    }

    /// <summary>The live requests, the youngest first.</summary>
    public IEnumerable<Request> All()
    {
        for (Request? request = First; request is not null; request = request.NextLive)
            yield return request;
    }
}
