using System;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using HpcVirt.Mpi.Resilience.Quiesce;
using HpcVirt.Mpi.Resilience.Store;
using MPI;

namespace HpcVirt.Mpi.Resilience;

/// <summary>What happens between two steps.</summary>
public sealed partial class ResilientSession
{
    private long _savedStep = -1;
    private long _intervalStart;
    private long _requestHandedIn;
    private TimeSpan? _cost;
    private string? _whyStop;
    private string? _whyNotSilent;

    /// <summary>
    /// A place between two steps where the job may checkpoint or stop. All ranks call it with the same sequence of numbers. Most calls cost next
    /// to nothing; when a checkpoint was agreed upon, the call returns after it.
    /// </summary>
    /// <param name="nextStep">The step that comes next; a checkpoint taken here restarts with it.</param>
    /// <exception cref="JobStoppedException">The job was asked to stop; thrown on all ranks at the same step.</exception>
    public void SafePoint(long nextStep)
    {
        if (!_isRestored)
            throw new ResilienceException("SafePoint was called before Restore. Protect the regions, call Restore, and start with the step that it returns.");
        Progress.LookUp();
        NextStep = nextStep;
        _control?.Beat(nextStep);
        _rehearsal?.SafePoint(nextStep, _regions.Providers);

        ReportCommits();
        if (_unnumberedPoints > 0)
            throw new ResilienceException("SafePoint(step) was called after SafePoint(): a program numbers its safe points alike on all ranks, or does not number them.");
        if (!_isNumbered)
            _readiness.NoteFirstSafePoint();
        _isNumbered = true;
        PrepareMove();
        if (_quiesce.IsWithdrawn)
            _quiesce.Look();
        AgreementEffects effects = _agreement.Arrive();
        bool stop = (effects & AgreementEffects.Stop) != 0;
        if ((effects & AgreementEffects.Checkpoint) != 0 || Options.Interval.IsDueBefore(nextStep))
        {
            // Who asked for it wants to know that it is done; the interval does not. What the job stops with must be in every tier.
            bool isNew = SaveUnlessSaved(nextStep, waits: stop || _stopsAfterCheckpoint || _control?.CheckpointRequested == true, isLast: stop || _stopsAfterCheckpoint);
            _control?.AcknowledgeCheckpoint(_requestHandedIn);
            stop |= StopsAfter(isNew);
        }

        if ((effects & AgreementEffects.Hold) != 0 && !stop && HoldHere())
        {
            // The ranks agree on this safe point as on their first one, as the process that came does.
            SafePoint(nextStep);
            return;
        }

        if (stop)
        {
            // Where the stop was not agreed upon but follows from the checkpoint, an exchange may be under way, and nothing may be when all ranks leave.
            if ((effects & AgreementEffects.PostExchange) != 0)
                _agreement.Post(new Wishes(Checkpoint: false, Stop: false));
            _agreement.Finish();
            SayStop($"before step {nextStep}");
            throw new JobStoppedException(nextStep, saved: _savedStep == nextStep);
        }

        if ((effects & AgreementEffects.PostExchange) != 0)
            _agreement.Post(Wish());
    }

    /// <summary>Saves the protected regions now; collective, with the same step on all ranks.</summary>
    /// <param name="nextStep">The step that a restart begins with.</param>
    /// <returns>Whether it was committed; if not, rank 0 has said why, and everything older is kept.</returns>
    public bool Save(long nextStep) => Save(nextStep, waits: true, isLast: false);

    private bool Save(long nextStep, bool waits, bool isLast)
    {
        _regions.IsClosed = true;
        if (_store is null)
        {
            _voice.SayOnce("nothing is saved: there is no checkpoint directory");
            return false;
        }

        bool committed = SaveTo(_store, nextStep, waits, isLast);

        // Saving takes its own time, which is neither a step's nor the interval's.
        _agreement.RestartClock();
        _halt?.RestartClock();
        _intervalStart = Options.Time.GetTimestamp();
        return committed;
    }

    /// <summary>Whether a new version was saved.</summary>
    private bool SaveUnlessSaved(long nextStep, bool waits, bool isLast)
    {
        // Just restored at this very step, or saved here a moment ago: the version exists, though perhaps in memory only.
        if (_savedStep == nextStep && _store is { } store)
        {
            if (waits)
                store.Drain();
            ReportCommits();
            if (!isLast || store.IsInEveryTier(nextStep))
                return false;
        }

        return Save(nextStep, waits, isLast);
    }

    private bool SaveTo(JobStore store, long nextStep, bool waits, bool isLast)
    {
        bool isSaved = false;
        return _quiesce.Fall(_ => isSaved = Write(store, nextStep, waits, isLast)) == QuiesceOutcome.Done && isSaved;
    }

    /// <summary>Writes the regions of all ranks, in the silence. The program may go on before what was staged in memory is committed.</summary>
    private bool Write(JobStore store, long nextStep, bool waits, bool isLast)
    {
        long startedAt = Options.Time.GetTimestamp();
        if (store.Save(nextStep, RegionsToSave(), waits, isLast) is { } result)
            return Conclude(store, store.Tiers[0], result);

        // Under way: what it cost the program is known, and what becomes of it will be said at a later safe point.
        _savedStep = nextStep;
        _cost = Options.Time.GetElapsedTime(startedAt);
        return true;
    }

    /// <summary>Says what became of checkpoints that were under way when the program went on.</summary>
    private void ReportCommits()
    {
        foreach (TierResult tier in _store?.TakeResults() ?? [])
        {
            if (!tier.Result.IsCommitted)
            {
                Conclude(_store!, tier.Tier, tier.Result);
                continue;
            }

            _halt?.Note(tier.Tier, tier.Result.Elapsed);
            _control?.CheckpointCommitted(tier.Result.Step, tier.Result.Version, tier.Result.Elapsed, tier.Result.JobBytes);
        }
    }

    private bool Conclude(JobStore store, string tier, SaveResult result)
    {
        long nextStep = result.Step;
        foreach (string warning in result.Warnings)
            _voice.SayOnce(warning);
        switch (result.Outcome)
        {
            case SaveOutcome.Committed:
                _savedStep = nextStep;
                _cost = result.Elapsed;
                _halt?.Note(tier, result.Elapsed);
                _control?.CheckpointCommitted(nextStep, result.Version, result.Elapsed, result.JobBytes);
                return true;
            case SaveOutcome.Superseded:
                throw new ResilienceException($"A newer start of this job uses {store.Location}; this one must end, so that the two do not mix. ({Reasons(result)})");
            default:
                string reasons = Reasons(result);
                _voice.SayOnce($"the checkpoint before step {nextStep} failed and the job goes on; older checkpoints are kept: {reasons}");
                _control?.CheckpointRefused(nextStep, reasons);
                return false;
        }
    }

    /// <summary>Rank 0 knows why the job did not fall silent.</summary>
    private void Refuse(string reasons)
    {
        if (_isHolding)
        {
            _whyNotSilent = reasons;
            _voice.SayOnce($"not held: the job did not fall silent, and goes on: {reasons}");
            return;
        }

        _voice.SayOnce($"no checkpoint: the job did not fall silent, and goes on: {reasons}");
        _control?.CheckpointRefused(NextStep, reasons);
    }

    private static string Reasons(SaveResult result) => string.Join("; ", result.Problems);

    private Wishes Wish()
    {
        bool halts = IsHaltDue() | IsNoticeGiven();
        if (_control is null)
            return new Wishes(IsTimeUp(), halts);

        // Taken before the wish is handed in, so that a request that comes a moment later is not acknowledged with this one.
        bool requested = _control.CheckpointRequested;
        if (requested)
            _requestHandedIn = _control.CheckpointRequest;
        return new Wishes(requested || IsTimeUp(), _control.StopRequested || halts, _hold.IsWanted);
    }

    /// <summary>Rank 0 alone says that the job has to stop by itself; the agreement makes it everybody's wish.</summary>
    private bool IsHaltDue()
    {
        if (_halt?.Look() is not { } reason)
            return false;
        _whyStop = reason;
        return true;
    }

    /// <summary>Whoever was asked from outside hands it in for all: a batch system gives its notice on some hosts and not on others.</summary>
    private bool IsNoticeGiven()
    {
        if (_notice?.HasCome != true)
            return false;
        _notice.SayOnce();
        _whyStop ??= "SIGTERM came";
        return true;
    }

    /// <summary>Whether the job ends with the checkpoint that was just taken. All ranks must see it alike, or those that go on wait for ever.</summary>
    private bool StopsAfter(bool isNew)
    {
        if (!_stopsAfterCheckpoint || _collectives.Minimum(isNew ? 1 : 0) == 0)
            return false;
        _whyStop = "it was to stop after its next checkpoint";
        return true;
    }

    private void SayStop(string where) => _voice.Say($"stops {where}: {_whyStop ?? "as asked"}");

    /// <summary>Rank 0's clock decides for all: clocks of several hosts would only disagree.</summary>
    private bool IsTimeUp() =>
        World.Rank == 0 && _store is not null && Options.Interval.Period(_cost) is { } period && Options.Time.GetElapsedTime(_intervalStart) >= period;
}
