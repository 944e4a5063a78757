using System.Collections.Generic;
using System.Linq;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>Compares what each rank says it has sent with what each other says it has received, over the whole job.</summary>
internal static class PairCounters
{
    /// <summary>The ordered pairs of world ranks between which the two sides differ, with sent minus received. Collective over the world.</summary>
    /// <param name="world">The world communicator.</param>
    /// <param name="communicator">The communicator to judge; null on ranks that are not in it.</param>
    public static IReadOnlyList<(int From, int To, long InFlight)> Differences(Intracommunicator world, Communicator? communicator)
    {
        long[] sent = new long[world.Size];
        long[] received = new long[world.Size];
        if (communicator?.Traffic is { } traffic)
        {
            using Group all = world.Group;
            using Group peers = communicator is Intercommunicator inter ? inter.RemoteGroup : communicator.Group;
            int[] worldRanks = peers.TranslateRanks([.. Enumerable.Range(0, peers.Size)], all);
            foreach (PeerTraffic peer in traffic.Peers())
            {
                sent[worldRanks[peer.Peer]] += peer.Sent;
                received[worldRanks[peer.Peer]] += peer.Received;
            }
        }

        long[] allSent = new long[world.Size * world.Size];
        long[] allReceived = new long[world.Size * world.Size];
        world.Allgather<long>(sent, allSent);
        world.Allgather<long>(received, allReceived);
        return
        [
            .. from sender in Enumerable.Range(0, world.Size)
               from receiver in Enumerable.Range(0, world.Size)
               let inFlight = allSent[(sender * world.Size) + receiver] - allReceived[(receiver * world.Size) + sender]
               where inFlight != 0
               select (sender, receiver, inFlight),
        ];
    }

    /// <summary>How many messages this rank has sent on a communicator.</summary>
    public static long SentHere(Communicator communicator) => communicator.Traffic!.Peers().Sum(peer => peer.Sent);
}
