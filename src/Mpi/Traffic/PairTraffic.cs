using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace MPI.Traffic;

/// <summary>
/// One rank's half of a communicator's traffic: how many messages went to and came from each peer, and how many collective operations were
/// entered. A message is counted as sent when the send is posted and as received when it is matched by a completed receive, so that over all
/// ranks the two sides are equal exactly when nothing is in flight.
/// </summary>
/// <remarks>
/// Counters stand in pages of 64 peers that exist from the first message on: the cost follows the number of neighbours, not of ranks, and the
/// path of one message is two array loads and an increment, without allocation after the first.
/// </remarks>
internal sealed class PairTraffic
{
    private const int PeersPerPageLog2 = 6;
    private const int PeersPerPage = 1 << PeersPerPageLog2;

    private readonly Page?[] _pages;
    private readonly uint _peers;

    /// <param name="communicatorId">The agreed id of the communicator.</param>
    /// <param name="peers">How many ranks messages may go to: the size of the (remote) group.</param>
    public PairTraffic(ulong communicatorId, int peers)
    {
        CommunicatorId = communicatorId;
        _peers = (uint)peers;
        _pages = new Page?[(peers + PeersPerPage - 1) >> PeersPerPageLog2];
    }

    public ulong CommunicatorId { get; }

    /// <summary>Collective operations entered on this communicator so far.</summary>
    public long Collectives { get; private set; }

    /// <summary>Counts a message posted to a peer; MPI_PROC_NULL and ranks that the library will refuse are no peers and count nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountSent(int peer)
    {
        if ((uint)peer < _peers)
            PageOf(peer).Sent[peer & (PeersPerPage - 1)]++;
    }

    /// <summary>Takes back a send that the library refused.</summary>
    public void UncountSent(int peer)
    {
        if ((uint)peer < _peers)
            PageOf(peer).Sent[peer & (PeersPerPage - 1)]--;
    }

    /// <summary>Counts a received message under its real source, also when the receive named a wildcard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountReceived(int peer)
    {
        if ((uint)peer < _peers)
            PageOf(peer).Received[peer & (PeersPerPage - 1)]++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountCollective() => Collectives++;

    /// <summary>Every peer that a message went to or came from, with both counters, in rank order.</summary>
    public IEnumerable<PeerTraffic> Peers()
    {
        for (int page = 0; page < _pages.Length; page++)
        {
            if (_pages[page] is not { } counters)
                continue;
            for (int slot = 0; slot < PeersPerPage; slot++)
            {
                if (counters.Sent[slot] != 0 || counters.Received[slot] != 0)
                    yield return new PeerTraffic((page << PeersPerPageLog2) + slot, counters.Sent[slot], counters.Received[slot]);
            }
        }
    }

    private Page PageOf(int peer) => _pages[peer >> PeersPerPageLog2] ?? (_pages[peer >> PeersPerPageLog2] = new Page());

    private sealed class Page
    {
        public readonly long[] Sent = new long[PeersPerPage];
        public readonly long[] Received = new long[PeersPerPage];
    }
}

/// <summary>Messages sent to and received from one peer, by its rank in the (remote) group of the communicator.</summary>
internal readonly record struct PeerTraffic(int Peer, long Sent, long Received);
