using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Who sits at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED, unix(7)).</summary>
/// <param name="ProcessId">Process id in this process's pid namespace; 0 if the peer is not visible in it.</param>
/// <param name="UserId">User id at the time of connect or listen.</param>
internal readonly record struct PeerCredentials(int ProcessId, uint UserId)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        ReadOnlySpan<int> fields = MemoryMarshal.Cast<byte, int>(credentials);
        return new PeerCredentials(fields[0], (uint)fields[1]);
    }

    /// <summary>Refuses a peer that runs as another user; the file modes say the same, and a second lock costs nothing.</summary>
    /// <exception cref="ControlChannelException">The user ids differ.</exception>
    public void DemandUser(uint userId)
    {
        if (UserId != userId)
            throw new ControlChannelException(ChannelRefusal.ForeignUser, $"Control channel: the peer (process {ProcessId}) runs as user {UserId}, this side as {userId}: run both as the same user.");
    }
}
