using System;
using System.Runtime.InteropServices;
using MPI;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Move;

/// <summary>A message that is under way while its sender does something else.</summary>
internal sealed unsafe class PeerMessage
{
    private nint _request;
    private void* _bytes;

    private PeerMessage()
    {
    }

    /// <summary>Starts to send it over MPI_COMM_WORLD.</summary>
    public static PeerMessage Send(ReadOnlySpan<byte> message, int peer, int tag)
    {
        var sent = new PeerMessage { _bytes = NativeMemory.Alloc((nuint)Math.Max(message.Length, 1)) };
        message.CopyTo(new Span<byte>(sent._bytes, message.Length));
        nint request = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Isend(sent._bytes, message.Length, Abi.Byte, peer, tag, Abi.Table.CommWorld, &request), "MPI_Isend");
        sent._request = request;
        return sent;
    }

    /// <summary>Whether it has gone. One that nobody takes stays with its memory until the process ends.</summary>
    public bool HasGone()
    {
        if (_bytes is null) return true;
        NativeStatus ignored;
        ErrorCheck.ThrowIfFailed(Progress.Test(ref _request, out bool isComplete, &ignored), "MPI_Isend");
        if (!isComplete) return false;
        NativeMemory.Free(_bytes);
        _bytes = null;
        return true;
    }
}
