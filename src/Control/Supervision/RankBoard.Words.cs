using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>What ranks say that people want to read.</summary>
internal sealed partial class RankBoard
{
    private void HearCommit(RankPeer rank, CheckpointCommitted committed)
    {
        int number;
        lock (_gate) number = _commitsSeen.Add(committed.Version) ? _commitsSeen.Count : 0;
        post(new RankCommitted(rank.Attempt, rank.Rank, committed.Step, committed.Version));
        if (number == 0) return;
        log.Record("checkpoint-committed", ("attempt", rank.Attempt), ("step", committed.Step), ("version", committed.Version), ("seconds", committed.Duration), ("rankBytes", committed.Bytes));
        NewCommit?.Invoke(number);
    }

    private void HearStandby(RankPeer standby, ControlMessage message)
    {
        if (message is not MovePrepared prepared) return;
        log.Record("standby-prepared", ("attempt", standby.Attempt), ("member", standby.Rank), ("hold", prepared.Hold), ("canMove", prepared.CanMove), ("reason", prepared.Reason));
        post(new StandbyPrepared(standby.Attempt, standby.Rank, prepared.Hold, prepared.CanMove, prepared.Reason));
    }

    /// <summary>The rank that moved says how much came; the others how long they stood still.</summary>
    private void HearMoved(RankPeer rank, Moved moved)
    {
        bool hasMoved = moved.StateBytes > 0;
        if (hasMoved) log.Say($"rank {rank.Rank} goes on at step {moved.Step} on host {rank.Host}; its state of {moved.StateBytes >> 20} MiB came in {moved.Duration.TotalSeconds:0.00} s, and the other ranks kept theirs");
        log.Record(hasMoved ? "rank-moved" : "rank-went-on", ("attempt", rank.Attempt), ("rank", rank.Rank), ("hold", moved.Hold), ("step", moved.Step), ("stateBytes", moved.StateBytes), ("seconds", moved.Duration));
        post(new RankMoved(rank.Attempt, rank.Rank, moved.Hold));
    }

    private void SayRestored(RankPeer rank, Restored restored)
    {
        lock (_gate)
        {
            if (_restoreSaid) return;
            _restoreSaid = true;
            Restores++;

            // Within an attempt the job may go back to a checkpoint: progress is what comes from here on.
            _newestStep = restored.Step;
            _firstStep = restored.Step;
            _firstStepIsDone = false;
        }

        foreach (string skipped in restored.Skipped) log.Say($"skipped a checkpoint: {skipped}");
        log.Say($"restored step {restored.Step} (checkpoint version {restored.Version})");
        log.Record("restored", ("attempt", rank.Attempt), ("step", restored.Step), ("version", restored.Version), ("skipped", string.Join('\n', restored.Skipped)));
    }

    private void SayFailed(RankPeer rank, Failed failed)
    {
        log.Record("rank-failed", ("attempt", rank.Attempt), ("rank", rank.Rank), ("exception", failed.ExceptionType), ("message", failed.Message), ("step", failed.Step));
        if (Interlocked.Increment(ref _failuresLogged) > FailuresLoggedMax) return;
        string when = failed.Step < 0 ? "before its first step" : $"at step {failed.Step}";
        log.Say($"{rank} failed {when}: {failed.ExceptionType}: {failed.Message}");
    }
}
