using System.Collections.Generic;

namespace MPI.Traffic;

/// <summary>
/// Takes the posted receives without a message out of the library, and posts them again in their order: before links are dropped that they wait on,
/// and after the links are re-established. Only in the silence: then no message can come in between.
/// </summary>
internal sealed class ReceiveSuspension
{
    private readonly List<Request> _suspended = [];

    /// <summary>How many receives are out of the library.</summary>
    public int Count => _suspended.Count;

    /// <summary>Cancels every receive that is posted with the library and has no message.</summary>
    /// <returns>
    /// How many could not be cancelled because a message had come after all. Each is complete and counted then, and the silence must be proven
    /// once more.
    /// </returns>
    public int Suspend()
    {
        int delivered = 0;
        foreach (Request request in OldestFirst())
        {
            switch (request.Suspend())
            {
                case SuspendOutcome.Cancelled:
                    _suspended.Add(request);
                    break;
                case SuspendOutcome.Delivered:
                    delivered++;
                    break;
            }
        }

        return delivered;
    }

    /// <summary>Posts them again, in the order in which the program had posted them.</summary>
    public void Resume()
    {
        foreach (Request request in _suspended)
            request.Resume();
        _suspended.Clear();
    }

    private static Stack<Request> OldestFirst()
    {
        var stack = new Stack<Request>();
        for (Request? request = TrafficLedger.Requests!.First; request is not null; request = request.NextLive)
            stack.Push(request);
        return stack;
    }
}

/// <summary>What became of a request that was to be taken out of the library.</summary>
internal enum SuspendOutcome
{
    /// <summary>It is no posted receive, or is complete.</summary>
    NotPosted,

    /// <summary>It is out of the library.</summary>
    Cancelled,

    /// <summary>A message had come: it is complete.</summary>
    Delivered,
}
