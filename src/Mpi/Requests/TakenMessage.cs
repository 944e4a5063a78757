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
        int code = NativeMpi.MPI_Mrecv(buffer, count, datatype, &handle, status);
        if (code == 0 || ErrorCheck.IsTruncation(code))
            communicator.Traffic?.CountReceived(status->Source);
        return code;
    }
}
