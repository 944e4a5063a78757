using System;
using System.Linq;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Channel;
using HpcVirt.Mpi.Resilience.Move;
using HpcVirt.Mpi.Resilience.Repair;
using MPI;
using MPI.Links;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// A rank goes on as another process, and the others stay where they are: at a safe point, in the silence, with their state in place. New native
/// communicators come beneath the objects that the program holds.
/// </summary>
public sealed partial class ResilientSession
{
    private readonly MoveReadiness _readiness = new();
    private long _movedHold;
    private long _stoodSince;

    /// <summary>A loop of steps begins.</summary>
    internal void NoteLoop() => _readiness.NoteLoop();

    /// <summary>Called in the silence, where all ranks are to be held for a move: whether it can be.</summary>
    private bool IsReadyToMove(long hold)
    {
        long bytes = _control?.Holds.IsMove(hold) == true && _control.Holds.MovingRank == World.Rank ? _regions.All.Sum(static region => Measure(region)) : 0;
        return _readiness.Agree(_collectives, _control, hold, _isNumbered, bytes);
    }

    private static long Measure(CheckpointRegion region)
    {
        try
        {
            return region.BeginSave().LengthBytes;
        }
        finally
        {
            region.EndSave();
        }
    }

    /// <summary>All ranks are at the same safe point, nothing is in flight, and the process that takes the place knows of it.</summary>
    private void MoveHere(RequestMoveNow order)
    {
        (_movedHold, _stoodSince) = (order.Hold, _hold.Since);
        _agreement.Finish();
        Settle();
        _store?.Drain();
        ReportCommits();
        if (order.Rank == World.Rank)
            MoveAway(order);
        _store?.Dispose();
        WorldRepair.Reform(Standby.Take(order), order.Repair);
        OpenLinks();
        CommunicatorRecipe.Replay();
        PersistentRequest.RenewAll();
        _collectives.AwaitAllPatiently();
        _hold.End();
        _halt?.RestartClock();
    }

    private void MoveAway(RequestMoveNow order)
    {
        var stream = new PeerStream(order.Member, Options.Time);
        MoveTarget.HandOver(stream, NextStep, _savedStep, PrologueLog.Written.Span);
        MovedState.Send(stream, RegionsToSave());
        JobRepair.Leave();
    }

    /// <summary>The state comes from the rank that moves, and not from a checkpoint.</summary>
    private long RestoreFrom(MoveTarget target)
    {
        long start = Options.Time.GetTimestamp();
        long bytes = target.Receive(RegionsToSave());
        _crossing.Reinstate();
        IsRestored = true;
        IsFresh = false;
        RestoredStep = NextStep = target.Step;
        _savedStep = target.SavedStep;
        _collectives.AwaitAllPatiently();
        TimeSpan took = Options.Time.GetElapsedTime(start);
        _voice.Say(FormattableString.Invariant($"goes on at step {RestoredStep} as rank {World.Rank}: {bytes >> 20} MiB came in {took.TotalSeconds:0.00} s"));
        _control?.Moved(target.Hold, RestoredStep, bytes, took);
        return RestoredStep;
    }

    /// <summary>The first safe point after a move: a step is done.</summary>
    private void ReportMoved()
    {
        if (_movedHold == 0)
            return;
        _control?.Moved(_movedHold, NextStep, 0, Options.Time.GetElapsedTime(_stoodSince));
        _movedHold = 0;
    }
}
