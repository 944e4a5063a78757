using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using HpcVirt.Mpi.Resilience.Quiesce;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;

namespace HpcVirt.Mpi.Resilience;

/// <summary>Safe points of programs whose ranks do not take the same steps, such as a master with its workers.</summary>
public sealed partial class ResilientSession
{
    private long _unnumberedPoints;

    /// <summary>Whether others may pass safe points that are not numbered, and need this rank for their checkpoints; the same on all ranks.</summary>
    private bool MayBeUnnumbered => _isRestored && !_isNumbered;

    /// <summary>
    /// A place at which this rank's state is whole, in a program whose ranks take different numbers of steps. Called as often as the rank likes; most
    /// calls cost next to nothing. When the job is to be saved, ranks wait here for one another, and a rank that others need goes on for a step.
    /// </summary>
    /// <remarks>
    /// A step may send, receive and call collectives, but must not depend on a peer passing more than its next safe point; <see cref="NextStep"/>
    /// counts the cuts, not the calls. After the last one the program ends by <see cref="Complete"/> on every rank.
    /// </remarks>
    /// <exception cref="JobStoppedException">The job was asked to stop; thrown on all ranks at the same cut.</exception>
    public void SafePoint()
    {
        if (!_isRestored)
            throw new ResilienceException("SafePoint was called before Restore. Protect the regions, call Restore, and start with the state that it brings.");
        if (_unnumberedPoints++ == 0 && _isNumbered)
            throw new ResilienceException("SafePoint() was called after SafePoint(step): a program numbers its safe points alike on all ranks, or does not number them.");
        _control?.Beat(_unnumberedPoints);
        PrepareMove();
        Pass(hasEnded: false);
    }

    /// <summary>The programs of all ranks have ended when this returns. Until then a rank that has ended takes part in what the others need.</summary>
    private void FinishUnnumbered()
    {
        if (!MayBeUnnumbered)
            return;
        _end.Await(() => Pass(hasEnded: true));

        // Some ranks may have entered an attempt that others have not: all go through the same attempts before MPI ends.
        _quiesce.CatchUp(_collectives.Maximum(_quiesce.LastEntered));
    }

    private void Pass(bool hasEnded)
    {
        ReportCommits();

        // A rank that has come to no safe point cannot tell a program without steps from one of which it had no part: others wish.
        Wishes wishes = _unnumberedPoints == 0 ? default : Wish();
        bool isStop = false, wasHeld = false;
        if (_quiesce.Pass(wishes, hasEnded, Act) is not { } outcome || _quiesce.IsPursuing)
            return;
        if (outcome == QuiesceOutcome.Done)
            _control?.AcknowledgeCheckpoint(_requestHandedIn);
        if (wasHeld || (wishes.Hold && outcome != QuiesceOutcome.Done))
            GoOn(outcome);
        _intervalStart = Options.Time.GetTimestamp();
        _halt?.RestartClock();
        if (isStop)
        {
            SayStop($"at cut {NextStep}");
            throw new JobStoppedException(NextStep, saved: _savedStep == NextStep);
        }

        void Act(QuiesceVerdict verdict)
        {
            isStop = verdict.Stop;
            if (verdict.Hold && !verdict.Stop)
            {
                wasHeld = true;
                if (!verdict.Checkpoint)
                {
                    Stay();
                    return;
                }
            }

            NextStep++;
            bool isLast = verdict.Stop || _stopsAfterCheckpoint;
            if (_store is { } store)
                isStop |= StopsAfter(Write(store, NextStep, waits: isLast || _control?.CheckpointRequested == true, isLast));
            if (wasHeld)
                Stay();
        }
    }
}
