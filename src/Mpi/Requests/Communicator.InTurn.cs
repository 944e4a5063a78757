using MPI.Native;

namespace MPI;

/// <summary>
/// Blocking calls while the binding holds receives or captured messages: they keep the receives going, so that a peer that blocks on one of them
/// is heard, take no message that belongs to them, and take captured messages first.
/// </summary>
public abstract partial class Communicator
{
    /// <summary>Sends as MPI_Send does, and matches posted receives meanwhile.</summary>
    /// <returns>The native error code.</returns>
    private unsafe int SendInTurn(void* buffer, int count, nint datatype, int dest, int tag)
    {
        nint request = 0;
        int code = NativeMpi.MPI_Isend(buffer, count, datatype, dest, tag, Handle, &request);
        NativeStatus ignored;
        return code != 0 ? code : Progress.Wait(ref request, &ignored);
    }

    /// <summary>Receives as MPI_Recv does, in its turn behind the posted receives, and counts the message.</summary>
    /// <returns>The native error code.</returns>
    private unsafe int ReceiveInTurn(void* buffer, int count, nint datatype, int source, int tag, NativeStatus* status)
    {
        if (source == Abi.ProcNull)
            return NativeMpi.MPI_Recv(buffer, count, datatype, source, tag, Handle, status);
        TakenMessage message = MatchNext(source, tag, status);
        return message.Receive(this, buffer, count, datatype, status);
    }

    /// <summary>Sends and receives as MPI_Sendrecv does, in its turn behind the posted receives.</summary>
    /// <returns>The native error code.</returns>
    private unsafe int SendReceiveInTurn(
        void* send, int sendCount, int dest, int sendTag, void* receive, int receiveCount, int source, int receiveTag, nint datatype, NativeStatus* status)
    {
        nint request = 0;
        int code = NativeMpi.MPI_Isend(send, sendCount, datatype, dest, sendTag, Handle, &request);
        if (code != 0)
            return code;
        int received = ReceiveInTurn(receive, receiveCount, datatype, source, receiveTag, status);
        NativeStatus ignored;
        int sent = Progress.Wait(ref request, &ignored);
        return received != 0 ? received : sent;
    }
}
