namespace MPI;

/// <summary>A receive that was started and completes later.</summary>
public abstract class ReceiveRequest : Request
{
    private protected ReceiveRequest(Communicator communicator)
        : base(communicator)
    {
    }

    /// <summary>Waits, and then returns what came: the value, or the array or memory that was received into.</summary>
    /// <returns>The value; the type's default after a receive that was cancelled.</returns>
    public abstract object? GetValue();

    /// <summary>Cancels the receive unless its message has come. The receive is complete when this returns; its status tells which of the two it was.</summary>
    public sealed override void Cancel()
    {
        if (HasEnded)
            return;
        if (IsCompleteEarly)
        {
            // Its message has come, though the program was not told: too late to cancel.
            Wait();
            return;
        }

        if (!IsUnderWay && this is IPostedReceive posted && Communicator.Posted!.Withdraw(posted))
        {
            EndWithout(Native.NativeStatus.Of(Native.Abi.AnySource, Native.Abi.AnyTag), cancelled: true);
            return;
        }

        base.Cancel();

        // A receive that is marked for cancellation ends without anybody's help (MPI 4.1, section 3.8.4).
        Wait();
    }

    /// <inheritdoc/>
    internal sealed override bool MustComplete => false;

    /// <inheritdoc/>
    private protected sealed override void CountArrival(int source) => Communicator.Traffic?.CountReceived(source);
}
