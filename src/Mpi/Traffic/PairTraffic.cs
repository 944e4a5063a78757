using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;

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
    private long _collectives;

    /// <param name="communicator">The communicator.</param>
    public PairTraffic(Communicator communicator)
    {
        CommunicatorId = communicator.AgreedId;
        Members = new TrafficMembers(communicator);
        _peers = (uint)communicator.PeerCount;
        _pages = new Page?[(_peers + PeersPerPage - 1) >> PeersPerPageLog2];
    }

    /// <summary>The agreed id of the communicator.</summary>
    public ulong CommunicatorId { get; }

    /// <summary>Who the peers are in the job.</summary>
    public TrafficMembers Members { get; }

    /// <summary>Collective operations entered on this communicator so far.</summary>
    public long Collectives => _collectives;

    /// <summary>Called before a call that counts nothing beforehand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Called through the reference that is null while the ledger is off.")]
    public void Enter() => TrafficLedger.EnterCall();

    /// <summary>Counts a message posted to a peer; MPI_PROC_NULL and ranks that the library will refuse are no peers and count nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountSent(int peer)
    {
        TrafficLedger.EnterCall();
        if ((uint)peer < _peers)
            Count(ref PageOf(peer).Sent[peer & (PeersPerPage - 1)]);
    }

    /// <summary>Takes back a send that the library refused.</summary>
    public void UncountSent(int peer)
    {
        if ((uint)peer < _peers)
            Interlocked.Decrement(ref PageOf(peer).Sent[peer & (PeersPerPage - 1)]);
    }

    /// <summary>Counts a received message under its real source, also when the receive named a wildcard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountReceived(int peer)
    {
        if ((uint)peer < _peers)
            Count(ref PageOf(peer).Received[peer & (PeersPerPage - 1)]);
    }

    /// <summary>Counts a collective operation that is entered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountCollective()
    {
        TrafficLedger.EnterCall();
        Count(ref _collectives);
    }

    /// <summary>Both counters of one peer.</summary>
    public PeerTraffic Of(int peer) =>
        (uint)peer < _peers && _pages[peer >> PeersPerPageLog2] is { } page
            ? new PeerTraffic(peer, page.Sent[peer & (PeersPerPage - 1)], page.Received[peer & (PeersPerPage - 1)])
            : new PeerTraffic(peer, 0, 0);

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(ref long counter)
    {
        if (TrafficLedger.IsShared)
            Interlocked.Increment(ref counter);
        else
            counter++;
    }

    private Page PageOf(int peer) => _pages[peer >> PeersPerPageLog2] ?? MakePage(peer >> PeersPerPageLog2);

    private Page MakePage(int page) => Interlocked.CompareExchange(ref _pages[page], new Page(), null) ?? _pages[page]!;

    private sealed class Page
    {
        public readonly long[] Sent = new long[PeersPerPage];
        public readonly long[] Received = new long[PeersPerPage];
    }
}

/// <summary>Messages sent to and received from one peer, by its rank in the (remote) group of the communicator.</summary>
internal readonly record struct PeerTraffic(int Peer, long Sent, long Received);
