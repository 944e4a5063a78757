using System;
using System.Collections.Generic;

namespace MPI;

/// <summary>Requests that are completed together. A completed request leaves the list.</summary>
/// <remarks>
/// Waits look at one request after another and begin where the last look ended, so that no request is starved by those before it, and every look
/// makes progress with all of them.
/// </remarks>
public class RequestList
{
    private readonly List<Request> _requests = [];
    private int _next;

    /// <summary>How many requests are in the list.</summary>
    public int Count => _requests.Count;

    /// <summary>Adds a request.</summary>
    /// <param name="request">The request.</param>
    public void Add(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _requests.Add(request);
    }

    /// <summary>Removes a request without completing it; nothing happens if it is not in the list.</summary>
    /// <param name="request">The request.</param>
    public void Remove(Request request)
    {
        int index = _requests.IndexOf(request);
        if (index >= 0)
            RemoveAt(index);
    }

    /// <summary>Waits until one request is complete.</summary>
    /// <returns>That request, which has left the list.</returns>
    /// <exception cref="ArgumentException">The list is empty: the wait would have no end.</exception>
    public Request WaitAny()
    {
        RequireRequests(nameof(WaitAny));
        for (int turn = 0; ; Progress.Pause(ref turn))
        {
            if (TestAny() is { } request)
                return request;
        }
    }

    /// <summary>Asks whether any request is complete.</summary>
    /// <returns>One such request, which has left the list; null if there is none.</returns>
    public Request? TestAny()
    {
        for (int looks = _requests.Count; looks > 0; looks--)
        {
            if (_next >= _requests.Count)
                _next = 0;
            Request request = _requests[_next];
            if (IsComplete(request, _next))
            {
                RemoveAt(_next);
                return request;
            }

            _next++;
        }

        return null;
    }

    /// <summary>Waits until all requests are complete; the list is empty then.</summary>
    /// <returns>The requests, in the order in which they were added.</returns>
    public List<Request> WaitAll()
    {
        // One after the other is enough: a wait for one makes progress with all.
        var completed = new List<Request>(_requests.Count);
        while (_requests.Count > 0)
        {
            Request request = _requests[0];
            try
            {
                request.Wait();
            }
            finally
            {
                RemoveAt(0);
            }

            completed.Add(request);
        }

        return completed;
    }

    /// <summary>Asks whether all requests are complete.</summary>
    /// <returns>The requests, and the list is empty; or null and the list is as it was.</returns>
    public List<Request>? TestAll()
    {
        for (int index = 0; index < _requests.Count; index++)
        {
            if (!IsComplete(_requests[index], index))
                return null;
        }

        List<Request> completed = [.. _requests];
        _requests.Clear();
        return completed;
    }

    /// <summary>Waits until at least one request is complete.</summary>
    /// <returns>All requests that are complete by then; they have left the list.</returns>
    /// <exception cref="ArgumentException">The list is empty: the wait would have no end.</exception>
    public List<Request> WaitSome()
    {
        RequireRequests(nameof(WaitSome));
        for (int turn = 0; ; Progress.Pause(ref turn))
        {
            if (TestSome() is { } completed)
                return completed;
        }
    }

    /// <summary>Asks which requests are complete.</summary>
    /// <returns>The complete requests, which have left the list; null if there is none.</returns>
    public List<Request>? TestSome()
    {
        List<Request>? completed = null;
        for (int index = 0; index < _requests.Count;)
        {
            Request request = _requests[index];
            if (!IsComplete(request, index))
            {
                index++;
                continue;
            }

            RemoveAt(index);
            (completed ??= []).Add(request);
        }

        return completed;
    }

    /// <summary>A request that failed has ended: it leaves the list, and its failure is thrown.</summary>
    private bool IsComplete(Request request, int index)
    {
        try
        {
            return request.Test() is not null;
        }
        catch
        {
            RemoveAt(index);
            throw;
        }
    }

    private void RemoveAt(int index)
    {
        _requests.RemoveAt(index);
        if (index < _next)
            _next--;
    }

    private void RequireRequests(string call)
    {
        if (_requests.Count == 0)
            throw new ArgumentException($"RequestList.{call} on an empty list would wait for ever.");
    }
}
