using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// A receive under way of values that travel as their bytes. Usually an MPI_Irecv; where it must queue behind receives of serialized values, it
/// is matched with them in posting order and becomes an MPI_Imrecv.
/// </summary>
internal abstract unsafe class DirectReceiveRequest : ReceiveRequest, IPostedReceive
{
    private readonly int _capacity;
    private readonly nint _datatype;
    private HeldMemory _memory;

    private protected DirectReceiveRequest(Communicator communicator, int source, int tag, in HeldMemory memory, int capacity, nint datatype)
        : base(communicator)
    {
        Source = source;
        Tag = tag;
        _memory = memory;
        _capacity = capacity;
        _datatype = datatype;
    }

    public int Source { get; }

    public int Tag { get; }

    private protected void* Address => _memory.Address;

    public void Bind(in TakenMessage message, NativeStatus* probed)
    {
        if (message.Captured is { } captured)
        {
            NativeStatus status;
            int delivered = captured.Deliver(Communicator, _memory.Address, _capacity, _datatype, &status);
            EndEarly(status, delivered);
            return;
        }

        nint native = message.Handle;
        nint handle = 0;
        int code = NativeMpi.MPI_Imrecv(_memory.Address, _capacity, _datatype, &native, &handle);
        if (code == 0)
            Begin(handle);
        else
            EndWith(ErrorCheck.Translate(code, "MPI_Imrecv", Communicator));
    }

    internal override string Describe() => RequestText.From("MPI_Irecv", Source, Tag, Communicator);

    /// <summary>Starts the receive.</summary>
    internal void Post()
    {
        Enlist();
        if (Source == Abi.ProcNull)
        {
            // Without a call: MPICH 4.0 completes a receive from nobody with rank 0 as its source.
            EndWithout(NativeStatus.Of(Abi.ProcNull, Abi.AnyTag), cancelled: false);
            return;
        }

        try
        {
            if (ReplayedStart.Current?.TakeReceive(this) is { } arrival)
            {
                Bind(new TakenMessage(0, arrival), null);
                return;
            }

            if (Communicator.Posted is { } posted && posted.Concerns(Source, Tag))
            {
                posted.Post(this);
                return;
            }

            nint handle = 0;
            int code = NativeMpi.MPI_Irecv(_memory.Address, _capacity, _datatype, Source, Tag, Communicator.Handle, &handle);
            ErrorCheck.ThrowIfFailed(code, "MPI_Irecv", Communicator);
            Begin(handle);
        }
        catch (System.Exception failure)
        {
            EndWith(failure);
            throw;
        }
    }

    /// <summary>Starts to receive a message that the program holds from a matched probe.</summary>
    internal void PostMatched(in TakenMessage message, NativeStatus* probed)
    {
        Enlist();
        Bind(message, probed);
    }

    internal override System.ReadOnlySpan<byte> EarlyPayload()
    {
        NativeStatus status = EarlyStatus;
        int lengthBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&status, Abi.Byte, &lengthBytes), "MPI_Get_count", Communicator);
        return new System.ReadOnlySpan<byte>(_memory.Address, lengthBytes);
    }

    internal override SuspendOutcome Suspend() => SuspendReceive();

    internal override void Resume()
    {
        nint handle = 0;
        int code = NativeMpi.MPI_Irecv(_memory.Address, _capacity, _datatype, Source, Tag, Communicator.Handle, &handle);
        ErrorCheck.ThrowIfFailed(code, "MPI_Irecv", Communicator);
        Begin(handle);
    }

    private protected override int Take(NativeStatus* status)
    {
        int count = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(status, _datatype, &count), "MPI_Get_count", Communicator);
        return count;
    }

    private protected override void Release() => _memory.Release();
}
