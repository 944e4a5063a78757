using System.Collections.Generic;

namespace MPI.Traffic;

/// <summary>
/// The requests that were started and are not complete, as an intrusive list: a request joins and leaves without allocation. A checkpoint is
/// refused while the list is not empty, and the refusal names what is in it.
/// </summary>
internal sealed class LiveRequests
{
    private Request? _first;

    public int Count { get; private set; }

    public void Add(Request request)
    {
        request.NextLive = _first;
        request.PreviousLive = null;
        if (_first is not null)
            _first.PreviousLive = request;
        _first = request;
        Count++;
    }

    public void Remove(Request request)
    {
        if (request.PreviousLive is { } previous)
            previous.NextLive = request.NextLive;
        else if (ReferenceEquals(_first, request))
            _first = request.NextLive;
        else
            return;

        if (request.NextLive is { } next)
            next.PreviousLive = request.PreviousLive;
        request.NextLive = null;
        request.PreviousLive = null;
        Count--;
    }

    /// <summary>The live requests, the youngest first.</summary>
    public IEnumerable<Request> All()
    {
        for (Request? request = _first; request is not null; request = request.NextLive)
            yield return request;
    }
}
