using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>
/// Why the job did not fall silent: every rank that votes no and knows a reason writes it to rank 0 before it votes, so that rank 0 knows from the
/// proof how many to expect. Who goes on at once learns nothing and needs nothing.
/// </summary>
internal sealed partial class QuiesceDriver
{
    private const int ReasonsMax = 12;

    private readonly List<string> _objections = [];
    private readonly List<Note> _reasons = [];
    private long _expectedReasons;
    private long _explainedAttempt;
    private bool _isDeadlinePassed;

    /// <summary>Raised on rank 0 when the reasons of an attempt that failed have come.</summary>
    public event Action<string>? Explained;

    private bool IsExplained => _expectedReasons == 0;

    private QuiesceEvent Object(List<string> objections)
    {
        _objections.AddRange(objections);
        return QuiesceEvent.Objected();
    }

    /// <summary>Writes this rank's reason to rank 0, if there is one.</summary>
    private bool GiveReason()
    {
        List<string> reasons = _objections.Count > 0 ? _objections : Waits();
        if (reasons.Count == 0)
            return false;
        Write(NoteKind.Reason, ReasonText.Pack(string.Join("; ", reasons)));
        return true;
    }

    /// <summary>What this rank has waited for in vain; nothing when the attempt was only one of several.</summary>
    private List<string> Waits()
    {
        var waits = new List<string>();
        if (_drain.IsFull)
            waits.Add($"rank {_links.Rank} has captured more than {_options.CaptureLimitBytes >> 20} MiB of messages; raise CaptureLimitBytes, or receive them earlier");
        if (!_isDeadlinePassed)
            return waits;
        string time = Durations.Format(_options.Deadline);
        if (_links.BookmarkNotTaken(_state.Attempt).ToArray() is { Length: > 0 } absent)
            waits.Add($"rank {_links.Rank} has waited {time} for rank {string.Join(", ", absent.Take(8))} to come to its safe point");
        foreach (Announcement pair in _marks.Missing().Take(4))
        {
            long received = pair.Traffic.Of(pair.Peer).Received;
            waits.Add(
                $"{pair.Sent - received} message(s) from rank {pair.Traffic.Members.WorldRankOf(pair.Peer)} to rank {_links.Rank} on {pair.Traffic.Members.Name} "
                + $"did not come within {time} (sent {pair.Sent}, received {received})");
        }

        for (Request? request = TrafficLedger.Requests!.First; request is not null && waits.Count < 8; request = request.NextLive)
        {
            if (request is { MustComplete: true, IsCompleteEarly: false })
                waits.Add($"rank {_links.Rank} has a request that did not complete within {time}: {request.Describe()}");
        }

        return waits;
    }

    /// <summary>The proof said no: how many ranks have written, or are to write now, why?</summary>
    private void ExpectReasons()
    {
        long expected = _verdict.Reasons;
        if (_verdict.Noes == 0)
        {
            // All said yes and the counters differ. Every rank is here to say what it has counted.
            expected += _links.Size;
            Write(NoteKind.Collectives, [.. CollectiveCounts()]);
        }

        if (_links.Rank != 0)
            return;
        _expectedReasons = expected;
        _explainedAttempt = _state.Attempt;
        Explain();
    }

    private void Write(NoteKind kind, long[] numbers)
    {
        if (_links.Rank == 0)
            TakeReason(new Note(kind, _state.Attempt, 0, [_state.Attempt, .. numbers]));
        else
            _links.Send(kind, _state.Attempt, 0, numbers, isSynchronous: false);
    }

    private void TakeReason(Note note)
    {
        _reasons.Add(note);
        if (!IsExplained)
            Explain();
    }

    private void Explain()
    {
        Note[] known = [.. _reasons.Where(note => note.Attempt == _explainedAttempt).OrderBy(static note => note.Source)];
        if (IsExplained || known.Length < _expectedReasons)
            return;
        _expectedReasons = 0;
        _reasons.RemoveAll(note => note.Attempt <= _explainedAttempt);
        List<string> words =
        [
            .. known.Where(static note => note.Kind == NoteKind.Reason).Select(static note => ReasonText.Unpack(note.Numbers.AsSpan(1))),
            .. CollectiveDifferences(known),
        ];
        if (words.Count == 0)
            words.Add("the ranks have counted different numbers of messages, and no rank misses one: please report this");
        Explained?.Invoke(string.Join("; ", words.Take(ReasonsMax)) + (words.Count > ReasonsMax ? $"; and {words.Count - ReasonsMax} more" : ""));
    }

    private static IEnumerable<long> CollectiveCounts()
    {
        foreach (PairTraffic traffic in PairMarks.Traffics)
        {
            if (traffic.Members.HaveOutsiders)
                continue;
            yield return (long)traffic.CommunicatorId;
            yield return traffic.Members.FirstWorldRank;
            yield return traffic.Collectives;
        }
    }

    private static IEnumerable<string> CollectiveDifferences(IEnumerable<Note> notes)
    {
        var counts = new Dictionary<(long Id, long First), (int Least, long LeastCount, int Most, long MostCount)>();
        foreach (Note note in notes.Where(static note => note.Kind == NoteKind.Collectives))
        {
            for (int index = 1; index < note.Numbers.Length; index += 3)
            {
                (long, long) key = (note.Numbers[index], note.Numbers[index + 1]);
                long count = note.Numbers[index + 2];
                (int Least, long LeastCount, int Most, long MostCount) known = counts.GetValueOrDefault(key, (note.Source, count, note.Source, count));
                if (count < known.LeastCount)
                    (known.Least, known.LeastCount) = (note.Source, count);
                if (count > known.MostCount)
                    (known.Most, known.MostCount) = (note.Source, count);
                counts[key] = known;
            }
        }

        return counts.Where(static entry => entry.Value.LeastCount != entry.Value.MostCount).Select(static entry =>
            $"rank {entry.Value.Most} has entered {entry.Value.MostCount} collective calls on {NameOf((ulong)entry.Key.Id)} and rank {entry.Value.Least} {entry.Value.LeastCount}: "
            + "a collective call stands over the safe point");
    }

    private static string NameOf(ulong communicator) =>
        PairMarks.Traffics.FirstOrDefault(known => known.CommunicatorId == communicator)?.Members.Name ?? $"communicator {communicator:x8}";
}
