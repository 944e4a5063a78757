using System.Runtime.CompilerServices;
using MPI.Native;

namespace MPI;

/// <summary>Who sent a received message, under which tag, and how many elements it had; a value, so that receiving allocates nothing.</summary>
/// <param name="Source">The sender's rank in the (remote) group, or <see cref="Communicator.NullProcess"/>.</param>
/// <param name="Tag">The message's tag.</param>
/// <param name="Count">How many elements of the receive's type came.</param>
public readonly record struct MessageStatus(int Source, int Tag, int Count)
{
    /// <summary>The status of a message received as elements of one type; the count comes from the status itself where it can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe MessageStatus Of<T>(NativeStatus* status)
        where T : unmanaged
    {
        int bytes = status->BytesIfKnown;
        return bytes >= 0 && bytes % sizeof(T) == 0 ? new MessageStatus(status->Source, status->Tag, bytes / sizeof(T)) : From(status, Datatype<T>.Handle);
    }

    internal static unsafe MessageStatus From(NativeStatus* status, nint datatype)
    {
        int count = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(status, datatype, &count), "MPI_Get_count");
        return new MessageStatus(status->Source, status->Tag, count);
    }
}
