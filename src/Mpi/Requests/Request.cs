namespace MPI;

/// <summary>A communication that was started and completes later (MPI 4.1, section 3.7). Belongs to the thread level's rules like any MPI call.</summary>
public abstract class Request
{
    internal Request? NextLive { get; set; }

    internal Request? PreviousLive { get; set; }

    /// <summary>Waits until the communication is complete.</summary>
    /// <returns>What came, for a receive; empty for a send.</returns>
    public abstract CompletedStatus Wait();

    /// <summary>Asks whether the communication is complete, and makes progress.</summary>
    /// <returns>As <see cref="Wait"/>, or null while it is not complete.</returns>
    public abstract CompletedStatus? Test();

    /// <summary>Asks the library to cancel; the request must still be completed, and its status tells whether it was cancelled.</summary>
    public abstract void Cancel();

    /// <summary>The call, the peer and the communicator, for messages that name a live request.</summary>
    /// <returns>For example <c>MPI_Irecv from 3, tag 7, on world</c>.</returns>
    internal abstract string Describe();
}
