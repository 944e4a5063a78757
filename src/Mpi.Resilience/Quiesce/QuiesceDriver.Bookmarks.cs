using System.Collections.Generic;
using System.Linq;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>Bookmarks: what each rank tells its peers, at its arrival, about the messages that it has sent them.</summary>
internal sealed partial class QuiesceDriver
{
    private readonly Dictionary<int, List<long>> _toTell = [];
    private int _bookmarksOut;

    /// <summary>Gathers what is to be told, peer by peer.</summary>
    /// <returns>How many bookmarks must be taken until this rank has gathered.</returns>
    private int PrepareBookmarks()
    {
        _toTell.Clear();
        foreach (Announcement pair in _marks.Untold())
        {
            int world = pair.Traffic.Members.WorldRankOf(pair.Peer);
            if (world == _links.Rank)
            {
                // Messages to oneself: both halves of the pair are known here.
                _marks.Note(pair.Traffic.CommunicatorId, pair.Peer, pair.Sent);
                continue;
            }

            if (!_toTell.TryGetValue(world, out List<long>? numbers))
                _toTell.Add(world, numbers = []);
            numbers.AddRange([(long)pair.Traffic.CommunicatorId, pair.Traffic.Members.OwnRank, pair.Sent]);
        }

        return _bookmarksOut + _toTell.Count;
    }

    private void SendBookmarks()
    {
        foreach ((int world, List<long> numbers) in _toTell)
        {
            _links.Send(NoteKind.Bookmark, _state.Attempt, world, numbers.ToArray(), isSynchronous: true);
            _bookmarksOut++;
        }

        _toTell.Clear();
    }

    /// <summary>A note of this rank was taken.</summary>
    private void Taken(NoteKind kind, long attempt)
    {
        if (kind != NoteKind.Bookmark || attempt != _state.Attempt)
            return;
        _bookmarksOut--;
        if (_state.Phase == QuiescePhase.Gathering)
            Feed(QuiesceEvent.BookmarkTaken());
    }

    /// <summary>A note has come.</summary>
    private void Take(Note note)
    {
        switch (note.Kind)
        {
            case NoteKind.Bookmark:
                TakeBookmark(note);
                break;
            case NoteKind.Wish:
                TakeWish(note.Attempt, note.Source);
                break;
            case NoteKind.Reason or NoteKind.Collectives:
                TakeReason(note);
                break;
            default:
                break;
        }
    }

    private void TakeBookmark(Note note)
    {
        // A peer may be ahead: it has seen the end of this attempt, or has come to the safe point of the next one first.
        bool isEarly = note.Attempt > _state.Attempt || (note.Attempt == _state.Attempt && _state.Phase == QuiescePhase.Running);
        if (isEarly)
        {
            // Its sender now believes that this rank has come, and waits for it: a bookmark is a wish.
            _early.Add(note);
            Want(note.Attempt, note.Source);
        }
        else if (note.Attempt == _state.Attempt && _state.Phase is QuiescePhase.Gathering or QuiescePhase.Draining or QuiescePhase.Stepping)
        {
            Apply(note);
        }
    }

    private void Apply(Note note)
    {
        for (int index = 1; index < note.Numbers.Length; index += 3)
        {
            long missing = _marks.Note((ulong)note.Numbers[index], (int)note.Numbers[index + 1], note.Numbers[index + 2]);
            FeedWhileDraining(QuiesceEvent.BookmarkCame(missing));
        }
    }

    /// <summary>Makes ready for an attempt: nobody has been told anything in it, and what came for it early counts now.</summary>
    private void BeginAttempt()
    {
        AwaitBarrier();
        _bookmarksOut = 0;
        _objections.Clear();
        _marks.Begin();
        Note[] early = [.. _early.Where(note => note.Attempt == _state.Attempt)];
        _early.RemoveAll(note => note.Attempt <= _state.Attempt);
        foreach (Note note in early)
            Apply(note);
    }

    /// <summary>Waits until the receivers have taken all notes of this rank, and takes theirs.</summary>
    public void AwaitNotesTaken()
    {
        long start = _time.GetTimestamp();
        for (int turn = 0; _links.HasNotesOut; turn++)
        {
            Look();
            Yield(turn, start, "the other ranks to take its last notes");
        }
    }

    /// <summary>The barrier of an attempt that was given up is entered by all before they vote; it may be seen to complete a moment after the vote.</summary>
    private void AwaitBarrier()
    {
        long start = _time.GetTimestamp();
        for (int turn = 0; _links.IsBarrierOpen && !_links.BarrierCame(); turn++)
            Yield(turn, start, "a barrier that all ranks have entered");
    }
}
