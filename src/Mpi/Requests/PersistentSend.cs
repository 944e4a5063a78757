using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A send that is started many times; every start is one message of the ledger.</summary>
internal sealed unsafe class PersistentSend : PersistentRequest
{
    private readonly int _dest;
    private readonly int _tag;
    private readonly int _count;

    private PersistentSend(Communicator communicator, in HeldMemory memory, int count, int dest, int tag, nint template)
        : base(communicator, memory, template)
    {
        _count = count;
        _dest = dest;
        _tag = tag;
    }

    public static PersistentSend Create(Communicator communicator, in HeldMemory memory, int count, nint datatype, int dest, int tag, bool isSynchronous)
    {
        nint template = 0;
        int code = isSynchronous
            ? NativeMpi.MPI_Ssend_init(memory.Address, count, datatype, dest, tag, communicator.Handle, &template)
            : NativeMpi.MPI_Send_init(memory.Address, count, datatype, dest, tag, communicator.Handle, &template);
        if (code != 0)
        {
            memory.Release();
            ErrorCheck.ThrowIfFailed(code, isSynchronous ? "MPI_Ssend_init" : "MPI_Send_init", communicator);
        }

        return new PersistentSend(communicator, memory, count, dest, tag, template);
    }

    internal override string Describe() => RequestText.To("persistent send", _dest, _tag, Communicator);

    private protected override void StartNative()
    {
        if (ReplayedStart.Current is { } replayed)
        {
            replayed.TakeSend(this);
            Enlist();
            EndEarly(default, 0);
            return;
        }

        Communicator.Traffic?.CountSent(_dest);
        try
        {
            StartTemplate();
        }
        catch (MpiException)
        {
            Communicator.Traffic?.UncountSent(_dest);
            throw;
        }

        Enlist();
    }

    private protected override int Take(NativeStatus* status) => _count;
}
