using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A message that was taken out of matching and must now be received, once: the library holds it, or the binding does, which captured it.</summary>
internal readonly unsafe struct TakenMessage(nint handle, CapturedMessage? captured)
{
    /// <summary>The native message; meaningless for a captured one.</summary>
    public nint Handle { get; } = handle;

    public CapturedMessage? Captured { get; } = captured;

    public static TakenMessage Of(nint handle) => new(handle, null);

    /// <summary>Receives the message and counts it, unless it was counted when it was captured.</summary>
    /// <returns>The native error code; a message that was truncated did arrive.</returns>
    public int Receive(Communicator communicator, void* buffer, int count, nint datatype, NativeStatus* status)
    {
        if (Captured is not null)
            return Captured.Deliver(communicator, buffer, count, datatype, status);
        nint handle = Handle;
        int code = ReceiveMatched(buffer, count, datatype, &handle, status);
        if (code == 0 || ErrorCheck.IsTruncation(code))
            communicator.Traffic?.CountReceived(status->Source);
        return code;
    }

    /// <summary>
    /// Receives a message that was matched (MPI_Mrecv). What was matched may be no more than a long message's announcement, and its sender may be lost
    /// before the rest: where waits poll, this one does, too.
    /// </summary>
    public static int ReceiveMatched(void* buffer, int count, nint datatype, nint* message, NativeStatus* status)
    {
        if (!CallPath.IsPolled)
            return NativeMpi.MPI_Mrecv(buffer, count, datatype, message, status);
        nint request = 0;
        int code = NativeMpi.MPI_Imrecv(buffer, count, datatype, message, &request);
        return code != 0 ? code : Progress.Wait(ref request, status);
    }
}
