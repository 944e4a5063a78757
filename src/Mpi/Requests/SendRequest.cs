using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A send under way: of elements or of the bytes of a serialized value, standard or synchronous.</summary>
internal sealed unsafe class SendRequest : Request
{
    private readonly int _dest;
    private readonly int _tag;
    private readonly int _count;
    private readonly bool _isSynchronous;
    private HeldMemory _memory;

    private SendRequest(Communicator communicator, in HeldMemory memory, int count, int dest, int tag, bool isSynchronous)
        : base(communicator)
    {
        _memory = memory;
        _count = count;
        _dest = dest;
        _tag = tag;
        _isSynchronous = isSynchronous;
    }

    private string Call => _isSynchronous ? "MPI_Issend" : "MPI_Isend";

    /// <summary>Starts the send; the message is counted now, and taken back if the library refuses it.</summary>
    /// <param name="communicator">Where to send.</param>
    /// <param name="memory">What to send; released when the send is complete or refused.</param>
    /// <param name="length">Elements of the datatype in the message.</param>
    /// <param name="datatype">The native datatype.</param>
    /// <param name="dest">The receiver.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="count">What the completed status reports: the number of values.</param>
    /// <param name="isSynchronous">Whether completion also means that the receiver has come.</param>
    public static SendRequest Start(
        Communicator communicator, in HeldMemory memory, int length, nint datatype, int dest, int tag, int count, bool isSynchronous = false)
    {
        var request = new SendRequest(communicator, memory, count, dest, tag, isSynchronous);
        if (ReplayedStart.Current is { } replayed)
        {
            replayed.TakeSend(request);
            request.Enlist();
            request.EndEarly(default, 0);
            return request;
        }

        communicator.Traffic?.CountSent(dest);
        nint handle = 0;
        int code = isSynchronous
            ? NativeMpi.MPI_Issend(memory.Address, length, datatype, dest, tag, communicator.Handle, &handle)
            : NativeMpi.MPI_Isend(memory.Address, length, datatype, dest, tag, communicator.Handle, &handle);
        if (code != 0)
        {
            communicator.Traffic?.UncountSent(dest);
            request.Release();
            ErrorCheck.ThrowIfFailed(code, request.Call, communicator);
        }

        request.Enlist();
        request.Begin(handle);
        return request;
    }

    /// <inheritdoc/>
    public override void Cancel()
    {
        base.Cancel();
        Test();
    }

    internal override string Describe() => RequestText.To(Call, _dest, _tag, Communicator);

    private protected override int Take(NativeStatus* status) => _count;

    private protected override void Release() => _memory.Release();
}
