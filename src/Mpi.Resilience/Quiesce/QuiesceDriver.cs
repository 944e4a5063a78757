using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using MPI;
using MPI.Native;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>
/// Performs the effects of <see cref="QuiesceProtocol"/> over MPI, and turns what it sees into events. Belongs to the rank's thread, which turns
/// it while it waits: every turn takes in messages, so that no sender waits for a rank that has come to its safe point.
/// </summary>
internal sealed partial class QuiesceDriver : IDisposable
{
    private readonly QuiesceOptions _options;
    private readonly TimeProvider _time;
    private readonly QuiesceLinks _links;
    private readonly MessageDrain _drain;
    private readonly PairMarks _marks = new();
    private readonly List<Note> _early = [];

    private QuiesceState _state = QuiesceState.Initial;
    private QuiesceVerdict _verdict;
    private Action<QuiesceVerdict>? _act;
    private Wishes _wishes;
    private bool _isBack;
    private long _waitingSince;
    private TimeSpan? _returnDeadline;

    /// <summary>Opens the driver; collective.</summary>
    public QuiesceDriver(Intracommunicator world, QuiesceOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _links = new QuiesceLinks(world, QuiesceProof.Length);
        _drain = new MessageDrain(options.CaptureLimitBytes);
        _drain.Came += (traffic, peer) =>
        {
            // While the silence ends, what comes belongs to the time after it: a faster rank has gone on.
            if (_state.Phase is QuiescePhase.Gathering or QuiescePhase.Draining or QuiescePhase.Proving && _marks.IsAnnounced(traffic, peer))
                Feed(QuiesceEvent.MessageCame());
        };
        _drain.Completed += _ => FeedWhileDraining(QuiesceEvent.RequestCompleted());
    }

    /// <summary>The attempt that the rank is in, or that comes next.</summary>
    public long Attempt => _state.Attempt;

    /// <summary>Whether an attempt that this rank gave up is still outstanding on others.</summary>
    public bool IsWithdrawn => _state.Phase == QuiescePhase.Withdrawn;

    /// <summary>What the last proof said.</summary>
    public QuiesceVerdict Verdict => _verdict;

    /// <summary>
    /// Comes to a safe point at which the job shall fall silent, and does there what it fell silent for, on all ranks; nobody sends before it is done
    /// everywhere. Collective: all ranks come to the same safe point.
    /// </summary>
    /// <param name="act">What to do in the silence.</param>
    /// <returns><see cref="QuiesceOutcome.Done"/>, or <see cref="QuiesceOutcome.NotSilent"/>: then nothing was done anywhere, and the job goes on.</returns>
    public QuiesceOutcome Fall(Action<QuiesceVerdict> act)
    {
        AwaitOutstanding();
        _wishes = default;
        return Come(act, mayStep: false, _options.Deadline);
    }

    /// <summary>
    /// Called in the silence, when something was done that links may not have survived: the others answer within this time afterwards, or the job ends.
    /// </summary>
    public void DemandReturn(TimeSpan deadline) => _returnDeadline = deadline;

    /// <summary>Lets go of what the library no longer touches.</summary>
    public void Dispose() => _links.Dispose();

    /// <summary>
    /// A turn for ranks that wait for others outside of an attempt, or that have given one up: takes in messages, so that their senders can go on, and
    /// takes part in what is outstanding.
    /// </summary>
    public void TurnAside()
    {
        if (_state.IsParked)
            return;
        _drain.Take();
        Look();
    }

    /// <summary>Takes part in what is outstanding, without waiting; called at safe points.</summary>
    public void Look()
    {
        while (_links.TryTake(out Note note))
            Take(note);
        _links.Advance(Taken);
        TestCollectives();
    }

    /// <summary>Completes an attempt that this rank has given up, so that the next one can begin or MPI can be finalized.</summary>
    public void AwaitOutstanding()
    {
        long start = _time.GetTimestamp();
        for (int turn = 0; IsWithdrawn || !IsExplained; turn++)
        {
            Turn();
            Yield(turn, start, "the other ranks to answer to a quiesce that was given up");
        }
    }

    private QuiesceOutcome Come(Action<QuiesceVerdict> act, bool mayStep, TimeSpan deadline)
    {
        _act = act;
        _isBack = false;
        _returnDeadline = null;
        if (_state.Phase == QuiescePhase.Running)
        {
            BeginAttempt();
            StartClocks(deadline);
        }

        _arrival = _time.GetTimestamp();

        // Kept here: a repair of the links, in the middle of the wait, leaves no ledger behind.
        CallGate gate = TrafficLedger.Gate;
        gate.Close();
        try
        {
            Feed(CutObjections.Of(_links.Rank) is { Count: > 0 } objections ? Object(objections) : Arrival(mayStep));
            _waitingSince = _time.GetTimestamp();
            for (int turn = 0; !_isBack || !(IsWithdrawn || IsExplained); turn = Turn() ? 0 : turn + 1)
            {
                if (turn > 0)
                    Yield(turn, _waitingSince, "the other ranks to fall silent");
                Watch();
            }
        }
        finally
        {
            gate.Open();
        }

        return _state.Phase switch
        {
            QuiescePhase.Running when _verdict.IsSilent => QuiesceOutcome.Done,
            QuiescePhase.Stepping => QuiesceOutcome.NotYet,
            _ => QuiesceOutcome.NotSilent,
        };
    }

    private QuiesceEvent Arrival(bool mayStep)
    {
        int mustComplete = 0;
        for (Request? request = TrafficLedger.Requests!.First; request is not null; request = request.NextLive)
            mustComplete += request is { MustComplete: true, IsCompleteEarly: false } ? 1 : 0;
        _links.Advance(Taken);
        int bookmarks = PrepareBookmarks();
        return QuiesceEvent.Arrived(bookmarks, _marks.Owed(), mustComplete, mayStep);
    }

    /// <returns>Whether anything happened.</returns>
    private bool Turn()
    {
        bool any = _drain.Turn();
        if (TrafficLedger.IsShared && _state.Phase is QuiescePhase.Gathering or QuiescePhase.Draining && _marks.Owed() - _state.Owed is not 0 and var change)
        {
            // Other threads were in the middle of receives when the gate closed: what they took is seen in the counters only.
            Feed(QuiesceEvent.BookmarkCame(change));
            any = true;
        }

        while (_links.TryTake(out Note note))
        {
            Take(note);
            any = true;
        }

        any |= _links.Advance(Taken);
        return any | TestCollectives();
    }

    private bool TestCollectives()
    {
        if (_links.BarrierCame())
        {
            if (_state.Phase == QuiescePhase.Releasing)
                Feed(QuiesceEvent.AllReleased());
            else if (_state.Phase is QuiescePhase.Gathering or QuiescePhase.Withdrawn)
                Feed(QuiesceEvent.AllGathered());
            return true;
        }

        if (!_links.SumCame())
            return false;
        _verdict = QuiesceProof.Judge(_links.Sums, _links.Size, _state.Attempt);
        if (_verdict.IsSilent)
            _marks.Prove();
        else
            ExpectReasons();
        bool wasWithdrawn = IsWithdrawn;
        Feed(QuiesceEvent.ProofCame(_verdict.IsSilent));
        if (wasWithdrawn)
            ConcludeOutstanding();
        return true;
    }

    private void FeedWhileDraining(QuiesceEvent happened)
    {
        if (_state.Phase is QuiescePhase.Gathering or QuiescePhase.Draining)
            Feed(happened);
    }

    private void Feed(QuiesceEvent happened)
    {
        (_state, QuiesceEffects effects) = QuiesceProtocol.Next(_state, happened);
        if (effects.HasFlag(QuiesceEffects.SendBookmarks))
            SendBookmarks();
        if (effects.HasFlag(QuiesceEffects.PostGather))
            _links.PostBarrier();
        if (effects.HasFlag(QuiesceEffects.VoteYes))
            Vote(isYes: true);
        if (effects.HasFlag(QuiesceEffects.VoteNo))
            Vote(isYes: false);
        if (effects.HasFlag(QuiesceEffects.Act))
        {
            _act!(_verdict);

            // What is done in the silence takes its own time: a job may be held for long.
            _waitingSince = _time.GetTimestamp();
            Feed(QuiesceEvent.ActionDone());
        }

        if (effects.HasFlag(QuiesceEffects.PostRelease))
            _links.PostBarrier();
        if ((effects & (QuiesceEffects.Step | QuiesceEffects.Resume)) != 0)
            _isBack = true;
    }

    private void Vote(bool isYes)
    {
        bool hasReason = !isYes && GiveReason();
        var proof = new QuiesceProof(_links.Sums, _state.Attempt);
        proof.AddWishes(_wishes.Checkpoint, _wishes.Stop, _wishes.Hold);
        proof.AddCaptured(TrafficLedger.Communicators.Sum(static communicator => communicator.Posted?.Captured.Count ?? 0));
        if (!isYes)
            proof.VoteNo(hasReason);
        foreach (PairTraffic traffic in PairMarks.Traffics)
        {
            TrafficMembers members = traffic.Members;
            foreach (PeerTraffic peer in traffic.Peers())
            {
                int world = members.WorldRankOf(peer.Peer);
                proof.AddSent(traffic.CommunicatorId, _links.Rank, world, peer.Sent);
                proof.AddReceived(traffic.CommunicatorId, world, _links.Rank, peer.Received);
            }

            if (!members.HaveOutsiders)
                proof.AddCollectives(traffic.CommunicatorId, traffic.Collectives, members.IsFirst, members.Ranks);
        }

        _links.PostSum();
    }

    private void Yield(int turn, long start, string what)
    {
        Progress.LookUp();
        LibC.YieldProcessor();
        if ((turn & 0xFF) != 0xFF)
            return;
        TimeSpan waited = _time.GetElapsedTime(start);
        if (waited > _returnDeadline)
        {
            throw new ResilienceException(
                $"Rank {_links.Rank} was held, and not all ranks have come back within {_returnDeadline.Value.TotalSeconds:0.###} s afterwards: the links did not survive. The job ends here; started again it continues from the newest checkpoint.");
        }

        if (waited > _options.JobDeadline)
        {
            throw new ResilienceException(
                $"Rank {_links.Rank} waited {_options.JobDeadline.TotalSeconds} s for {what}. Has another rank been lost, or left the loop of steps on its own? "
                + "The job ends here; start it again to continue from the newest checkpoint.");
        }
    }
}
