using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A send that is started many times; every start is one message of the ledger.</summary>
internal sealed unsafe class PersistentSend : PersistentRequest
{
    private readonly int _dest;
    private readonly int _tag;
    private readonly int _count;
    private readonly bool _isSynchronous;

    private PersistentSend(Communicator communicator, in HeldMemory memory, int count, nint datatype, int dest, int tag, bool isSynchronous, nint template)
        : base(communicator, memory, datatype, template)
    {
        _count = count;
        _isSynchronous = isSynchronous;
        _dest = dest;
        _tag = tag;
    }

    public static PersistentSend Create(Communicator communicator, in HeldMemory memory, int count, nint datatype, int dest, int tag, bool isSynchronous)
    {
        try
        {
            nint template = MakeTemplate(communicator, memory.Address, count, datatype, dest, tag, isSynchronous);
            return new PersistentSend(communicator, memory, count, datatype, dest, tag, isSynchronous, template);
        }
        catch (MpiException)
        {
            memory.Release();
            throw;
        }
    }

    private protected override nint MakeTemplate() => MakeTemplate(Communicator, Address, _count, DatatypeHandle, _dest, _tag, _isSynchronous);

    private static nint MakeTemplate(Communicator communicator, void* address, int count, nint datatype, int dest, int tag, bool isSynchronous)
    {
        nint template = 0;
        int code = isSynchronous
            ? NativeMpi.MPI_Ssend_init(address, count, datatype, dest, tag, communicator.Handle, &template)
            : NativeMpi.MPI_Send_init(address, count, datatype, dest, tag, communicator.Handle, &template);
        ErrorCheck.ThrowIfFailed(code, isSynchronous ? "MPI_Ssend_init" : "MPI_Send_init", communicator);
        return template;
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
