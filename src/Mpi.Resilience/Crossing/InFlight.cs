using System;
using HpcVirt.Mpi.Resilience.Crossing;
using MPI;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// A request that may be live over a safe point, under a name. What the request needs to be had again is part of the checkpoint; after a restart it
/// is live again before the first step, without the program's doing.
/// </summary>
/// <example>
/// <code>
/// InFlight edge = job.InFlight("edge from the left", () => job.World.ImmediateReceive(left, 0, halo));
/// job.Restore();
/// if (job.IsFresh)
///     edge.Post();
/// foreach (long step in job.Steps(count))
/// {
///     edge.Wait();                     // posted in the step before, perhaps by another process
///     Use(halo);
///     edge.Post();                     // crosses the loop's header
/// }
/// edge.Wait();
/// </code>
/// </example>
public sealed class InFlight
{
    private readonly CrossingRequests _crossing;
    private readonly Func<Request> _post;

    internal InFlight(CrossingRequests crossing, string name, Func<Request> post)
    {
        _crossing = crossing;
        _post = post;
        Name = name;
    }

    /// <summary>The name, unique in the program and the same at every start.</summary>
    public string Name { get; }

    /// <summary>Whether the request was started and the program has not seen it complete.</summary>
    public bool IsLive => Request is not null;

    internal Request? Request { get; private set; }

    /// <summary>When it was started, in the order of all starts.</summary>
    internal long Order { get; private set; }

    /// <summary>Starts the request.</summary>
    /// <exception cref="InvalidOperationException">It is live.</exception>
    public void Post()
    {
        if (Request is not null)
            throw new InvalidOperationException($"'{Name}' is live: complete it before it is started again.");
        Hold(_post());
    }

    /// <summary>Waits until the request is complete.</summary>
    /// <returns>What came, for a receive; empty for a send.</returns>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public CompletedStatus Wait()
    {
        Request request = Required();
        try
        {
            return request.Wait();
        }
        finally
        {
            Request = null;
        }
    }

    /// <summary>Asks whether the request is complete, and makes progress.</summary>
    /// <returns>As <see cref="Wait"/>, or null while it is not complete.</returns>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public CompletedStatus? Test()
    {
        Request request = Required();
        CompletedStatus? status;
        try
        {
            status = request.Test();
        }
        catch
        {
            Request = null;
            throw;
        }

        if (status is not null)
            Request = null;
        return status;
    }

    /// <summary>Waits, and then returns what a receive brought: the value, or the array or memory that was received into.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">It was not started, or is no receive.</exception>
    public T? GetValue<T>()
    {
        if (Required() is not ReceiveRequest receive)
            throw new InvalidOperationException($"'{Name}' is no receive: it brings no value.");
        Wait();
        return (T?)receive.GetValue();
    }

    /// <summary>Starts the request as it stood at a cut.</summary>
    internal void Replay(Func<Func<Request>, Request> start) => Hold(start(_post));

    private void Hold(Request request)
    {
        request.CrossingName = Name;
        Request = request;
        Order = _crossing.NextOrder();
    }

    private Request Required() => Request ?? throw new InvalidOperationException($"'{Name}' was not started: Post comes before Wait and Test.");
}
