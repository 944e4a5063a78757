using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A receive that is started many times. A start that must queue behind receives of serialized values becomes an MPI_Imrecv.</summary>
internal sealed unsafe class PersistentReceive : PersistentRequest, IPostedReceive
{
    private readonly int _capacity;

    private PersistentReceive(Communicator communicator, in HeldMemory memory, int capacity, nint datatype, int source, int tag, nint template)
        : base(communicator, memory, datatype, template)
    {
        _capacity = capacity;
        Source = source;
        Tag = tag;
    }

    public int Source { get; }

    public int Tag { get; }

    public static PersistentReceive Create(Communicator communicator, in HeldMemory memory, int capacity, nint datatype, int source, int tag)
    {
        try
        {
            return new PersistentReceive(communicator, memory, capacity, datatype, source, tag, MakeTemplate(communicator, memory.Address, capacity, datatype, source, tag));
        }
        catch (MpiException)
        {
            memory.Release();
            throw;
        }
    }

    private protected override nint MakeTemplate() => MakeTemplate(Communicator, Address, _capacity, DatatypeHandle, Source, Tag);

    private static nint MakeTemplate(Communicator communicator, void* address, int capacity, nint datatype, int source, int tag)
    {
        nint template = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Recv_init(address, capacity, datatype, source, tag, communicator.Handle, &template), "MPI_Recv_init", communicator);
        return template;
    }

    public void Bind(in TakenMessage message, NativeStatus* probed)
    {
        if (message.Captured is { } captured)
        {
            NativeStatus status;
            int delivered = captured.Deliver(Communicator, Address, _capacity, DatatypeHandle, &status);
            EndEarly(status, delivered);
            return;
        }

        nint native = message.Handle;
        nint handle = 0;
        int code = NativeMpi.MPI_Imrecv(Address, _capacity, DatatypeHandle, &native, &handle);
        if (code == 0)
            Begin(handle);
        else
            EndWith(ErrorCheck.Translate(code, "MPI_Imrecv", Communicator));
    }

    /// <inheritdoc/>
    public override void Cancel()
    {
        if (HasEnded)
            return;
        if (IsCompleteEarly)
        {
            Wait();
            return;
        }

        if (!IsUnderWay && Communicator.Posted is { } posted && posted.Withdraw(this))
        {
            EndWithout(NativeStatus.Of(Abi.AnySource, Abi.AnyTag), cancelled: true);
            return;
        }

        base.Cancel();
        Wait();
    }

    internal override System.ReadOnlySpan<byte> EarlyPayload()
    {
        NativeStatus status = EarlyStatus;
        int lengthBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&status, Abi.Byte, &lengthBytes), "MPI_Get_count", Communicator);
        return new System.ReadOnlySpan<byte>(Address, lengthBytes);
    }

    internal override string Describe() => RequestText.From("persistent receive", Source, Tag, Communicator);

    private protected override void StartNative()
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
                Bind(new TakenMessage(0, arrival), null);
            else if (Communicator.Posted is { } posted && posted.Concerns(Source, Tag))
                posted.Post(this);
            else
                StartTemplate();
        }
        catch (MpiException failure)
        {
            EndWith(failure);
            throw;
        }
    }

    /// <inheritdoc/>
    internal override bool MustComplete => false;

    internal override SuspendOutcome Suspend() => SuspendReceive();

    internal override void Resume() => StartTemplate();

    private protected override void CountArrival(int source) => Communicator.Traffic?.CountReceived(source);

    private protected override int Take(NativeStatus* status)
    {
        int count = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(status, DatatypeHandle, &count), "MPI_Get_count", Communicator);
        return count;
    }
}
