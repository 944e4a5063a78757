using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>Bookmarks: who was sent how many messages.</summary>
internal sealed partial class QuiesceDriver
{
    // A communicator's id and a count.
    private const int AnnouncementBytes = 16;
    private const int BookmarkHeaderBytes = 8;

    /// <summary>A bookmark comes to a rank, which takes it if it is at a safe point and has to do with the attempt.</summary>
    public void BookmarkArrives(int arrived)
    {
        int rank = machine.Messages[arrived].Destination;
        ref RankState state = ref machine.Ranks[rank];
        machine.Messages[arrived].Next = 0;
        if (state.BookmarksLast == 0)
            state.BookmarksFirst = arrived;
        else
            machine.Messages[state.BookmarksLast].Next = arrived;
        state.BookmarksLast = arrived;
        if (IsAttentive(state))
            Attend(rank);
    }

    /// <summary>The sender learns that a peer took a bookmark; only the newest one counts.</summary>
    public void BookmarkTaken(int rank, int peer, int bookmark)
    {
        ref Peer taker = ref machine.Peers[peer];
        if (taker.Bookmark != bookmark)
            return;
        taker.IsTaken = true;
        ref RankState state = ref machine.Ranks[rank];
        if (CountsFor(taker, state.Quiesce.Attempt) && state.Quiesce.Phase is not (QuiescePhase.Running or QuiescePhase.Stepping))
            Feed(rank, QuiesceEvent.BookmarkTaken());
        if (state.Activity == RankActivity.Finishing)
            Finish(rank);
    }

    /// <summary>At a safe point, or in a wait at one: sees to what came meanwhile and was not looked at.</summary>
    private void Attend(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];

        // Those of attempts that are over are taken and forgotten.
        bool hasCome = state.Quiesce.Phase is not (QuiescePhase.Running or QuiescePhase.Stepping);
        TakeBookmarks(rank, hasCome ? state.Quiesce.Attempt : state.Quiesce.Attempt - 1);
        if (!_isNumbered)
            PassWishOn(rank);
        if (state.GatherNoticed)
        {
            state.GatherNoticed = false;
            state.GatherOutstanding = false;
            Feed(rank, QuiesceEvent.AllGathered());
        }

        // Non-blocking collectives may complete here in another order than they were entered; what comes of them is looked at in that order.
        if (state is { ProofNoticed: true, GatherOutstanding: false })
        {
            state.ProofNoticed = false;
            Judge(rank);
        }

        if (state.Activity == RankActivity.Finishing)
            Finish(rank);
    }

    private void TakeBookmarks(int rank, long newest)
    {
        ref RankState state = ref machine.Ranks[rank];
        int previous = 0;
        int bookmark = state.BookmarksFirst;
        while (bookmark != 0)
        {
            ref Message message = ref machine.Messages[bookmark];
            int next = message.Next;
            bool isLater = message.Sequence > newest;
            if (!isLater || setup.EarlyBookmarks != EarlyBookmarks.Left)
                Acknowledge(ref message);
            if (isLater)
            {
                if (setup.EarlyBookmarks == EarlyBookmarks.TakenAsWish && message.Sequence > state.Wished)
                    state.Wished = (int)message.Sequence;
                previous = bookmark;
                bookmark = next;
                continue;
            }

            if (previous == 0)
                state.BookmarksFirst = next;
            else
                machine.Messages[previous].Next = next;
            if (state.BookmarksLast == bookmark)
                state.BookmarksLast = previous;
            Record(rank, bookmark);
            bookmark = next;
        }
    }

    private void Acknowledge(ref Message message)
    {
        if (message.IsTaken)
            return;
        message.IsTaken = true;
        machine.At(machine.ArrivalNs(0), EventKind.BookmarkTaken, message.Source, message.Request, message.Tag);
    }

    /// <summary>Enters what a peer announces into the ledger. Before a rank has arrived it counts in what it brings to its arrival.</summary>
    private void Record(int rank, int bookmark)
    {
        Message message = machine.Messages[bookmark];
        machine.Messages.Return(bookmark);
        ref RankState state = ref machine.Ranks[rank];
        bool isOwn = message.Sequence == state.Quiesce.Attempt;
        long missing = 0;
        for (int line = message.Payload; line != 0;)
        {
            Announcement announced = machine.Announcements[line];
            machine.Announcements.Return(line);
            line = announced.Next;
            if (!isOwn)
                continue;
            ref Pair pair = ref machine.Pairs[ledger.Pair(rank, message.Source, announced.Communicator)];
            missing += announced.Sent - (IsAnnounced(pair, state.Quiesce.Attempt) ? pair.Announced : pair.Received);
            pair.Announced = announced.Sent;
            pair.AnnouncedAttempt = (int)message.Sequence;
        }

        if (isOwn && state.Quiesce.Phase is not (QuiescePhase.Running or QuiescePhase.Stepping))
            Feed(rank, QuiesceEvent.BookmarkCame(missing));
    }

    private static bool IsAnnounced(in Pair pair, long attempt) => pair.AnnouncedAttempt == attempt;

    /// <summary>Every attempt tells anew what was sent since the last proof of silence; what was sent before that has been received.</summary>
    private static bool MustBeTold(in Pair pair, long attempt) => pair.Sent != (pair.ToldAttempt == attempt ? pair.Told : pair.Proven);

    /// <summary>Whether a bookmark that was not taken holds the attempt up.</summary>
    private static bool CountsFor(in Peer peer, long attempt) => peer.BookmarkAttempt == attempt;

    private bool MustBeTold(in Peer peer, long attempt)
    {
        for (int pair = peer.Pairs; pair != 0; pair = machine.Pairs[pair].Next)
        {
            if (MustBeTold(machine.Pairs[pair], attempt))
                return true;
        }

        return false;
    }

    /// <summary>Peers that must take a bookmark: those that will be told now, and those that were told and have not taken it.</summary>
    private int UntakenAfterTelling(int rank)
    {
        long attempt = machine.Ranks[rank].Quiesce.Attempt;
        int untaken = 0;
        for (int entry = machine.Ranks[rank].Peers; entry != 0; entry = machine.Peers[entry].Next)
        {
            ref Peer peer = ref machine.Peers[entry];
            if (MustBeTold(peer, attempt) || (!peer.IsTaken && CountsFor(peer, attempt)))
                untaken++;
        }

        return untaken;
    }

    /// <summary>The job is silent: what was sent has been received, and need not be told again.</summary>
    private void Prove(int rank)
    {
        for (int peer = machine.Ranks[rank].Peers; peer != 0; peer = machine.Peers[peer].Next)
        {
            for (int pair = machine.Peers[peer].Pairs; pair != 0; pair = machine.Pairs[pair].Next)
                machine.Pairs[pair].Proven = machine.Pairs[pair].Sent;
        }
    }

    private long Owed(int rank)
    {
        long attempt = machine.Ranks[rank].Quiesce.Attempt;
        long owed = 0;
        for (int entry = machine.Ranks[rank].Peers; entry != 0; entry = machine.Peers[entry].Next)
        {
            for (int pair = machine.Peers[entry].Pairs; pair != 0; pair = machine.Pairs[pair].Next)
            {
                if (IsAnnounced(machine.Pairs[pair], attempt))
                    owed += machine.Pairs[pair].Announced - machine.Pairs[pair].Received;
            }
        }

        return owed;
    }

    private void SendBookmarks(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        for (int entry = state.Peers; entry != 0; entry = machine.Peers[entry].Next)
        {
            ref Peer peer = ref machine.Peers[entry];
            if (!MustBeTold(peer, state.Quiesce.Attempt))
                continue;
            int told = machine.Messages.Rent();
            ref Message message = ref machine.Messages[told];
            message.Kind = MessageKind.Bookmark;
            message.Source = rank;
            message.Destination = peer.Rank;
            message.Sequence = state.Quiesce.Attempt;
            message.Request = entry;
            message.Tag = ++peer.Bookmark;
            message.Bytes = BookmarkHeaderBytes;
            peer.IsTaken = false;
            peer.BookmarkAttempt = (int)state.Quiesce.Attempt;
            Announce(ref message, peer, (int)state.Quiesce.Attempt);
            state.QuiesceMessages++;
            state.QuiesceBytes += message.Bytes + NetworkOptions.EnvelopeBytes;
            long arrival = machine.ArrivalNs(message.Bytes);
            peer.LastArrivalNs = arrival <= peer.LastArrivalNs ? peer.LastArrivalNs + 1 : arrival;
            machine.At(peer.LastArrivalNs, EventKind.MessageArrives, peer.Rank, told);
        }
    }

    private void Announce(ref Message message, in Peer peer, int attempt)
    {
        for (int entry = peer.Pairs; entry != 0; entry = machine.Pairs[entry].Next)
        {
            ref Pair pair = ref machine.Pairs[entry];
            if (!MustBeTold(pair, attempt))
                continue;
            int line = machine.Announcements.Rent();
            machine.Announcements[line] = new Announcement { Communicator = pair.Communicator, Sent = pair.Sent, Next = message.Payload };
            message.Payload = line;
            message.Bytes += AnnouncementBytes;
            pair.Told = pair.Sent;
            pair.ToldAttempt = attempt;
        }
    }
}
