using System.Collections.Generic;

namespace HpcVirt.Simulation.Ranks;

/// <summary>The traffic counters of all ranks: sparse, an entry for a pair that has exchanged something.</summary>
internal sealed class Ledger(Machine machine)
{
    // Lists are short; a rank with many peers (the first one of a farm) is looked up by key.
    private const int ListMax = 32;

    private readonly Dictionary<long, int> _peersOfMany = [];

    /// <summary>A rank's entry for a peer, made if it is not there.</summary>
    public int Peer(int rank, int peer)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.PeerCount > ListMax)
        {
            if (_peersOfMany.TryGetValue(Key(rank, peer), out int found))
                return found;
        }
        else
        {
            for (int entry = state.Peers; entry != 0; entry = machine.Peers[entry].Next)
            {
                if (machine.Peers[entry].Rank == peer)
                    return entry;
            }
        }

        int made = machine.Peers.Rent();
        machine.Peers[made] = new Peer { Rank = peer, Next = state.Peers, IsTaken = true };
        state.Peers = made;
        state.PeerCount++;
        if (state.PeerCount == ListMax + 1)
        {
            for (int entry = state.Peers; entry != 0; entry = machine.Peers[entry].Next)
                _peersOfMany.Add(Key(rank, machine.Peers[entry].Rank), entry);
        }
        else if (state.PeerCount > ListMax)
        {
            _peersOfMany.Add(Key(rank, peer), made);
        }

        return made;
    }

    /// <summary>A rank's entry for a peer and a communicator, made if it is not there.</summary>
    public int Pair(int rank, int peer, int communicator)
    {
        int of = Peer(rank, peer);
        for (int entry = machine.Peers[of].Pairs; entry != 0; entry = machine.Pairs[entry].Next)
        {
            if (machine.Pairs[entry].Communicator == communicator)
                return entry;
        }

        int made = machine.Pairs.Rent();
        machine.Pairs[made] = new Pair { Communicator = communicator, Next = machine.Peers[of].Pairs };
        machine.Peers[of].Pairs = made;
        return made;
    }

    private static long Key(int rank, int peer) => ((long)rank << 32) | (uint)peer;
}
