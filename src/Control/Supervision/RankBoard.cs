using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Logging;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// What is known of the ranks of the current attempt. Turns what they say into events of the protocol, and into lines of the log where a
/// person wants to know.
/// </summary>
internal sealed partial class RankBoard(JobLog log, Action<SupervisorEvent> post, TimeProvider time, Func<Ask, Answer> answer) : IRankListener, IDisposable
{
    /// <summary>A thousand ranks usually fail in one way; the first few say it all.</summary>
    private const int FailuresLoggedMax = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, RankRecord> _ranks = [];
    private readonly Dictionary<int, RankPeer> _standbys = [];
    private readonly HashSet<RankPeer> _leaving = [];
    private readonly HashSet<long> _commitsSeen = [];
    private readonly HashSet<string> _refusalsSaid = [];
    private int _failuresLogged;
    private int _rankCount = int.MaxValue;
    private bool _restoreSaid;
    private long _progressAt;
    private long _newestStep;
    private long? _firstStep;
    private bool _firstStepIsDone;

    /// <summary>Raised with the number of the commit, from 1, when a commit is heard of for the first time.</summary>
    public event Action<int>? NewCommit;

    public int Commits
    {
        get
        {
            lock (_gate) return _commitsSeen.Count;
        }
    }

    public int Restores { get; private set; }

    /// <summary>The first rank of the attempt that was lost.</summary>
    public RankRecord? FirstLost { get; private set; }

    /// <summary>The loss was answered within the attempt; the next one will be the first again.</summary>
    public void ForgetLost()
    {
        lock (_gate)
        {
            FirstLost = null;
            _restoreSaid = false;
        }
    }

    /// <summary>A rank was asked to leave: the end of its connection is no loss.</summary>
    public void LetGo(int rank)
    {
        lock (_gate)
        {
            if (_ranks.TryGetValue(rank, out RankRecord? record)) _ranks[rank] = record with { HasSpokenLast = true };
        }
    }

    /// <summary>All ranks stand still for one that moves, each until it says that it goes on.</summary>
    public void StandStill()
    {
        lock (_gate)
        {
            foreach (RankRecord record in _ranks.Values.ToArray()) _ranks[record.Peer.Rank] = record with { IsHeld = true };
        }
    }

    /// <summary>Forgets the ranks of the attempt before.</summary>
    /// <param name="ranks">How many ranks the new one has; processes with higher numbers wait.</param>
    public void Begin(int ranks)
    {
        lock (_gate)
        {
            Release();
            _rankCount = ranks;
            FirstLost = null;
            _restoreSaid = false;
            _failuresLogged = 0;
            _newestStep = long.MinValue;
            _firstStep = null;
            _firstStepIsDone = false;
            _progressAt = time.GetTimestamp();
        }
    }

    /// <summary>The ranks of this host that are connected, by rank.</summary>
    public IReadOnlyList<RankPeer> Connected()
    {
        lock (_gate) return [.. _ranks.Values.Where(record => record.IsConnected).OrderBy(record => record.Peer.Rank).Select(record => record.Peer)];
    }

    /// <summary>True if ranks are connected and none of them has reported a new step for so long.</summary>
    public bool IsStalled(TimeSpan timeout)
    {
        lock (_gate) return _ranks.Values.Any(record => record.IsConnected) && !_ranks.Values.Any(record => record.IsConnected && record.IsHeld) && time.GetElapsedTime(_progressAt) > timeout;
    }

    public void OnConnected(RankPeer rank)
    {
        if (rank.Rank >= _rankCount)
        {
            lock (_gate) _standbys[rank.Rank] = rank;
            log.Record("standby-connected", ("attempt", rank.Attempt), ("member", rank.Rank), ("pid", rank.ProcessId), ("host", rank.Host));
            post(new StandbyReady(rank.Attempt, rank.Rank, rank.Host));
            return;
        }

        lock (_gate)
        {
            if (_ranks.TryGetValue(rank.Rank, out RankRecord? earlier))
            {
                // One that still sends its state to this one needs its connection: without a supervisor it would end itself.
                if (earlier is { IsConnected: true, HasSpokenLast: true }) _leaving.Add(earlier.Peer);
                else earlier.Peer.Dispose();
            }

            _ranks[rank.Rank] = new RankRecord(rank) { HeardAt = time.GetTimestamp() };
            _progressAt = time.GetTimestamp();
        }

        log.Record("rank-connected", ("attempt", rank.Attempt), ("rank", rank.Rank), ("size", rank.Size), ("pid", rank.ProcessId), ("host", rank.Host), ("program", rank.Program));
        post(new RankConnected(rank.Attempt, rank.Rank));
    }

    public void OnMessage(RankPeer rank, ControlMessage message)
    {
        if (rank.Rank >= _rankCount)
        {
            HearStandby(rank, message);
            return;
        }

        Change(rank, record => record with { HeardAt = time.GetTimestamp() });
        switch (message)
        {
            case Beat beat:
                Note(rank, beat.Step);
                break;
            case Restored restored:
                LetGoOf(rank.Rank);
                Note(rank, restored.Step);
                SayRestored(rank, restored);
                post(new RankRestored(rank.Attempt, rank.Rank));
                break;
            case CheckpointCommitted committed:
                Note(rank, committed.Step);
                Change(rank, record => record with { CheckpointBytes = committed.Bytes });
                HearCommit(rank, committed);
                break;
            case Held held:
                Hold(rank, isHeld: true);
                log.Record("rank-held", ("attempt", rank.Attempt), ("rank", rank.Rank), ("hold", held.Hold));
                post(new RankHeld(rank.Attempt, rank.Rank, held.Hold));
                break;
            case HoldEnded ended:
                Hold(rank, isHeld: false);
                log.Record("rank-released", ("attempt", rank.Attempt), ("rank", rank.Rank), ("hold", ended.Hold), ("reason", ended.Reason));
                post(new RankHoldEnded(rank.Attempt, rank.Rank, ended.Hold, ended.Reason));
                break;
            case MoveReady ready:
                log.Record("rank-ready-to-move", ("attempt", rank.Attempt), ("rank", rank.Rank), ("hold", ready.Hold), ("stateBytes", ready.StateBytes), ("reason", ready.Reason));
                post(new RankReadyToMove(rank.Attempt, rank.Rank, ready.Hold, ready.StateBytes, ready.Reason));
                break;
            case Moved moved:
                Hold(rank, isHeld: false);
                if (moved.StateBytes > 0) LetGoOf(rank.Rank);
                Note(rank, moved.Step);
                HearMoved(rank, moved);
                break;
            case CheckpointRefused refused:
                log.Record("checkpoint-refused", ("attempt", rank.Attempt), ("rank", rank.Rank), ("step", refused.Step), ("reason", refused.Reason));
                if (IsFirst(_refusalsSaid, refused.Reason)) log.Say($"no checkpoint at step {refused.Step}: {refused.Reason}");
                break;
            case Finished finished:
                Change(rank, record => record with { HasSpokenLast = true });
                log.Record("rank-finished", ("attempt", rank.Attempt), ("rank", rank.Rank), ("exitCode", finished.ExitCode), ("endedEarly", finished.EndedEarly));
                post(new RankFinished(rank.Attempt, rank.Rank, finished.ExitCode, finished.EndedEarly));
                break;
            case Failed failed:
                Change(rank, record => record with { HasSpokenLast = true });
                SayFailed(rank, failed);
                post(new RankFailed(rank.Attempt, rank.Rank, new FailureSignature(failed.ExceptionType, failed.Message, failed.Step)));
                break;
            default:
                break;
        }
    }

    /// <summary>The records of all ranks that were heard of in this attempt, by rank.</summary>
    public IReadOnlyList<RankRecord> Records()
    {
        lock (_gate) return [.. _ranks.Values.OrderBy(record => record.Peer.Rank)];
    }

    /// <summary>The first connected rank that said nothing for so long, or null.</summary>
    public RankPeer? FirstSilent(TimeSpan timeout)
    {
        lock (_gate) return _ranks.Values.FirstOrDefault(record => record.IsConnected && !record.HasSpokenLast && time.GetElapsedTime(record.HeardAt) > timeout)?.Peer;
    }

    /// <summary>Counts everybody's silence from now: it was this process that did not listen.</summary>
    public void Forgive()
    {
        lock (_gate)
        {
            foreach (RankRecord record in _ranks.Values.ToArray()) _ranks[record.Peer.Rank] = record with { HeardAt = time.GetTimestamp() };
        }
    }

    public Answer OnAsked(Ask ask) => answer(ask);

    public void OnDisconnected(RankPeer rank, ConnectionEnd end, string? error)
    {
        if (rank.Rank >= _rankCount)
        {
            LoseStandby(rank, end);
            return;
        }

        bool lost, wasAlone;
        lock (_gate)
        {
            if (_leaving.Remove(rank)) rank.Dispose();
            if (!_ranks.TryGetValue(rank.Rank, out RankRecord? record) || record.Peer != rank) return;
            lost = end != ConnectionEnd.Goodbye && !record.HasSpokenLast;
            _ranks[rank.Rank] = record = record with { IsConnected = false, ProtocolError = error };
            if (lost) FirstLost ??= record;
            wasAlone = !_ranks.Values.Any(other => other.IsConnected && other.Peer.Host == rank.Host);
        }

        if (lost) post(end == ConnectionEnd.Unreachable ? new HostLost(rank.Attempt, rank.Host) : new RankLost(rank.Attempt, rank.Rank) { Host = rank.Host, WasAloneThere = wasAlone });
    }

    /// <summary>One that became a rank says goodbye as one who waited.</summary>
    private void LoseStandby(RankPeer standby, ConnectionEnd end)
    {
        lock (_gate) _standbys.Remove(standby.Rank);
        standby.Dispose();
        if (end == ConnectionEnd.Goodbye) return;
        log.Record("standby-lost", ("attempt", standby.Attempt), ("member", standby.Rank), ("pid", standby.ProcessId), ("host", standby.Host));
        log.Say($"the process that waited on host {standby.Host} (pid {standby.ProcessId}) was lost");
        post(end == ConnectionEnd.Unreachable ? new HostLost(standby.Attempt, standby.Host) : new StandbyLost(standby.Attempt, standby.Rank));
    }

    public void OnRefused(int processId, ControlChannelException refusal)
    {
        log.Record("peer-refused", ("pid", processId), ("reason", refusal.Refusal.ToString()));
        // A peer that just hung up is a rank that was ended while it connected.
        if (refusal.Refusal != ChannelRefusal.Truncated) log.Say($"refused process {processId}: {refusal.Message}");
    }

    public void Dispose()
    {
        lock (_gate) Release();
    }

    /// <summary>The rank goes on as another process: the one before, which waited for that, hears it by the end of its connection.</summary>
    private void LetGoOf(int rank)
    {
        lock (_gate)
        {
            foreach (RankPeer peer in _leaving.Where(peer => peer.Rank == rank).ToArray())
            {
                _leaving.Remove(peer);
                peer.Dispose();
            }
        }
    }

    private void Release()
    {
        foreach (RankRecord record in _ranks.Values) record.Peer.Dispose();
        _ranks.Clear();
        foreach (RankPeer other in _standbys.Values.Concat(_leaving)) other.Dispose();
        _standbys.Clear();
        _leaving.Clear();
    }

    private void Note(RankPeer rank, long step)
    {
        bool isFirstDone;
        lock (_gate)
        {
            if (!_ranks.TryGetValue(rank.Rank, out RankRecord? record)) return;
            _ranks[rank.Rank] = record with { Step = Math.Max(step, record.Step ?? long.MinValue) };
            if (step <= _newestStep) return;
            _newestStep = step;
            _progressAt = time.GetTimestamp();
            _firstStep ??= step;
            isFirstDone = !_firstStepIsDone && step > _firstStep;
            _firstStepIsDone |= isFirstDone;
        }

        if (isFirstDone) log.Record("first-step", ("attempt", rank.Attempt), ("rank", rank.Rank), ("step", step));
    }

    /// <summary>A job that is held makes no steps, and is not blamed for it.</summary>
    private void Hold(RankPeer rank, bool isHeld)
    {
        Change(rank, record => record with { IsHeld = isHeld });
        lock (_gate) _progressAt = time.GetTimestamp();
    }

    private void Change(RankPeer rank, Func<RankRecord, RankRecord> change)
    {
        lock (_gate)
        {
            if (_ranks.TryGetValue(rank.Rank, out RankRecord? record)) _ranks[rank.Rank] = change(record);
        }
    }

    private bool IsFirst(HashSet<string> said, string text)
    {
        lock (_gate) return said.Add(text);
    }
}
