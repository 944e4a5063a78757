using System;
using MPI.Native;

namespace MPI;

/// <summary>A collective operation under way, with the memory that it reads and writes.</summary>
internal unsafe class CollectiveRequest : Request
{
    private readonly string _call;
    private HeldMemory _send;
    private HeldMemory _receive;

    public CollectiveRequest(Intracommunicator communicator, string call, in HeldMemory send = default, in HeldMemory receive = default)
        : base(communicator)
    {
        _call = call;
        _send = send;
        _receive = receive;
    }

    public void* Send => _send.Address;

    public void* Receive => _receive.Address;

    /// <summary>Not possible: the other ranks could not know.</summary>
    /// <exception cref="InvalidOperationException">Always, while the operation is not complete.</exception>
    public override void Cancel()
    {
        if (!HasEnded)
            throw new InvalidOperationException($"{Describe()} cannot be cancelled: MPI has no cancellation of collectives. Complete it.");
    }

    internal override string Describe() => $"{_call} on {Communicator.Name}";

    /// <summary>Takes the native request that the call made, or gives the memory back if the call failed.</summary>
    internal Request Started(int code, nint handle)
    {
        if (code != 0)
        {
            Release();
            ErrorCheck.ThrowIfFailed(code, _call, Communicator);
        }

        Communicator.Traffic?.CountCollective();
        Enlist();
        Begin(handle);
        return this;
    }

    private protected override int Take(NativeStatus* status) => 0;

    private protected override void Release()
    {
        _send.Release();
        _receive.Release();
    }
}
