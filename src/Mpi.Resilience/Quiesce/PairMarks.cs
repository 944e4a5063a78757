using System.Collections.Generic;
using System.Linq;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>
/// What this rank has told its peers about its messages, and they about theirs, pair by pair: from it follows who is still owed what. Only pairs
/// with traffic since the last proof of silence take part, so that the work follows the neighbours and not the ranks.
/// </summary>
internal sealed class PairMarks
{
    private const long NotAnnounced = -1;

    private readonly Dictionary<PairTraffic, Dictionary<int, Mark>> _marks = [];
    private long _unknown;

    /// <summary>The traffic of all communicators that may still have messages: the live ones and those freed since the last proof.</summary>
    public static IEnumerable<PairTraffic> Traffics =>
        TrafficLedger.Communicators.Select(static communicator => communicator.Traffic!).Concat(TrafficLedger.Freed);

    /// <summary>A new attempt: nobody has been told anything in it.</summary>
    public void Begin()
    {
        _unknown = 0;
        foreach (Dictionary<int, Mark> peers in _marks.Values)
        {
            foreach (Mark mark in peers.Values)
                (mark.Told, mark.Announced) = (mark.Proven, NotAnnounced);
        }
    }

    /// <summary>Everything that was sent has been received: it need not be told again.</summary>
    public void Prove()
    {
        foreach (PairTraffic traffic in Traffics)
        {
            foreach (PeerTraffic peer in traffic.Peers())
                MarkOf(traffic, peer.Peer).Proven = peer.Sent;
        }

        foreach (PairTraffic freed in TrafficLedger.Freed)
            _marks.Remove(freed);
        TrafficLedger.ForgetFreed();
    }

    /// <summary>The pairs in which this rank has sent more than it has told in this attempt; from now on they count as told.</summary>
    public List<Announcement> Untold()
    {
        var untold = new List<Announcement>();
        foreach (PairTraffic traffic in Traffics)
        {
            foreach (PeerTraffic peer in traffic.Peers())
            {
                Mark mark = MarkOf(traffic, peer.Peer);
                if (peer.Sent == mark.Told)
                    continue;
                mark.Told = peer.Sent;
                untold.Add(new Announcement(traffic, peer.Peer, peer.Sent));
            }
        }

        return untold;
    }

    /// <summary>A peer says how many messages it has sent.</summary>
    /// <returns>How many more are announced than have come, or than an earlier bookmark of this attempt announced.</returns>
    public long Note(ulong communicator, int peer, long sent)
    {
        if (Traffics.FirstOrDefault(known => known.CommunicatorId == communicator) is not { } traffic)
        {
            // A communicator that this rank has freed and forgotten: what is sent there cannot come any more.
            _unknown += sent;
            return sent;
        }

        Mark mark = MarkOf(traffic, peer);
        long before = mark.Announced == NotAnnounced ? traffic.Of(peer).Received : mark.Announced;
        mark.Announced = sent;
        return sent - before;
    }

    /// <summary>Whether a peer's bookmark of this attempt has come.</summary>
    public bool IsAnnounced(PairTraffic traffic, int peer) =>
        _marks.TryGetValue(traffic, out Dictionary<int, Mark>? peers) && peers.TryGetValue(peer, out Mark? mark) && mark.Announced != NotAnnounced;

    /// <summary>Messages that were announced and have not come.</summary>
    public long Owed() => _unknown + Announced().Sum(static pair => pair.Sent - pair.Traffic.Of(pair.Peer).Received);

    /// <summary>The pairs whose announcement differs from what has come.</summary>
    public IEnumerable<Announcement> Missing() => Announced().Where(static pair => pair.Sent != pair.Traffic.Of(pair.Peer).Received);

    private IEnumerable<Announcement> Announced() =>
        from traffic in _marks
        from peer in traffic.Value
        where peer.Value.Announced != NotAnnounced
        select new Announcement(traffic.Key, peer.Key, peer.Value.Announced);

    private Mark MarkOf(PairTraffic traffic, int peer)
    {
        if (!_marks.TryGetValue(traffic, out Dictionary<int, Mark>? peers))
            _marks.Add(traffic, peers = []);
        if (!peers.TryGetValue(peer, out Mark? mark))
            peers.Add(peer, mark = new Mark());
        return mark;
    }

    private sealed class Mark
    {
        public long Proven;
        public long Told;
        public long Announced = NotAnnounced;
    }
}

/// <summary>How many messages went over one pair.</summary>
/// <param name="Traffic">The communicator's traffic.</param>
/// <param name="Peer">The other rank of the pair, by its number in the (remote) group.</param>
/// <param name="Sent">Messages sent since the beginning.</param>
internal readonly record struct Announcement(PairTraffic Traffic, int Peer, long Sent);
