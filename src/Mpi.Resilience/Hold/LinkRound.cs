using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using HpcVirt.Mpi.Resilience.Quiesce;
using MPI;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// Proves that the links of a job have survived what happened in a silence: every two ranks that ever exchanged a message exchange one more, with a deadline. Both know
/// of each other, since all counters were equal in the silence. Connections that are broken or dead show here, and not as a job that hangs later.
/// </summary>
internal static unsafe class LinkRound
{
    private const int Tag = 77;

    /// <summary>The world ranks that this one has exchanged messages with.</summary>
    public static int[] Peers(int own) =>
        [.. PairMarks.Traffics.SelectMany(static traffic => traffic.Peers().Select(peer => traffic.Members.WorldRankOf(peer.Peer))).Where(rank => rank >= 0 && rank != own).Distinct().Order()];

    /// <summary>Exchanges a message with every peer.</summary>
    /// <param name="communicator">A private communicator of all ranks, on which no other messages are under way.</param>
    /// <param name="peers">Their ranks in it.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Peers that did not answer in time; empty when all links work.</returns>
    public static IReadOnlyList<int> Prove(nint communicator, IReadOnlyList<int> peers, TimeSpan deadline, TimeProvider time)
    {
        // Should a link be dead, the library keeps these for ever; the job ends then.
        long* numbers = (long*)NativeMemory.AllocZeroed((nuint)(2 * Math.Max(peers.Count, 1)), sizeof(long));
        var open = new List<(nint Request, int Peer)>();
        foreach ((int at, int peer) in peers.Index())
        {
            nint request = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Irecv(numbers + (2 * at), 1, Abi.Table.Datatypes.Int64, peer, Tag, communicator, &request), "MPI_Irecv");
            open.Add((request, peer));
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Isend(numbers + (2 * at) + 1, 1, Abi.Table.Datatypes.Int64, peer, Tag, communicator, &request), "MPI_Isend");
            open.Add((request, peer));
        }

        long start = time.GetTimestamp();
        while (open.Count > 0 && time.GetElapsedTime(start) < deadline)
        {
            for (int at = open.Count - 1; at >= 0; at--)
            {
                (nint request, int peer) = open[at];
                NativeStatus ignored;
                ErrorCheck.ThrowIfFailed(Progress.Test(ref request, out bool isComplete, &ignored), "MPI_Isend");
                open[at] = (request, peer);
                if (isComplete)
                    open.RemoveAt(at);
            }

            Progress.LookUp();
            LibC.YieldProcessor();
        }

        if (open.Count == 0)
            NativeMemory.Free(numbers);
        return [.. open.Select(static one => one.Peer).Distinct().Order()];
    }
}
