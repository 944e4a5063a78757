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
    private PeerMessage? _beginning;
    private long _preparedHold;

    /// <summary>From here on what a process that takes a rank's place has to repeat is kept, where there are such processes; or it is repeated.</summary>
    private static void KeepBeginning()
    {
        if (!Standby.IsWanted)
            return;
        CommunicatorRecipe.Begin();
        if (MoveTarget.Current is { } target)
            PrologueLog.Replay(target.Prologue);
        else
            PrologueLog.Begin();
    }

    /// <summary>A loop of steps begins.</summary>
    internal void NoteLoop() => _readiness.NoteLoop();

    /// <summary>At a safe point: tells a process that will take this rank's place how the program began, so that it can begin meanwhile.</summary>
    private void PrepareMove()
    {
        if (_control?.Holds.Preparation is not { } order)
            return;
        if (_beginning?.HasGone() == true)
            _beginning = null;
        if (order.Rank != World.Rank || order.Hold <= _preparedHold || _control.Holds.IsReleased(order.Hold))
            return;
        _preparedHold = order.Hold;
        if (_readiness.Obstacle(_isNumbered) is { } obstacle)
            _control.MoveReady(order.Hold, 0, $"rank {World.Rank}: {obstacle}");
        else
            _beginning = new PeerStream(order.Member, order.Hold, Options.Time).Begin(MoveTarget.Beginning(PrologueLog.Written.Span));
    }

    /// <summary>Called in the silence, where all ranks are to be held for a move: whether it can be.</summary>
    private bool IsReadyToMove(long hold)
    {
        long bytes = _control?.Holds.IsMove(hold) == true && _control.Holds.MovingRank == World.Rank ? _regions.All.Sum(Measure) : 0;
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
        _agreement.Finish();
        Settle();
        _store?.Drain();
        ReportCommits();
        if (order.Rank == World.Rank)
            MoveAway(order);
        _store?.Dispose();
        JoinWorld(order);
        _collectives.AwaitAllPatiently();
        _hold.End();
        _control?.Moved(order.Hold, NextStep, 0, Options.Time.GetElapsedTime(_hold.Since));
        _halt?.RestartClock();
    }

    /// <summary>The world with the process that came, and all that was made from the one before; collective over its ranks.</summary>
    private void JoinWorld(RequestMoveNow order)
    {
        WorldRepair.Reform(Standby.Take(order.Rank, order.Member), order.Repair);
        OpenLinks();
        CommunicatorRecipe.Replay();
        PersistentRequest.RenewAll();
    }

    private void MoveAway(RequestMoveNow order)
    {
        var stream = new PeerStream(order.Member, order.Hold, Options.Time);
        if (!order.IsPrepared)
            stream.Send(MoveTarget.Beginning(PrologueLog.Written.Span));
        stream.Send(MoveTarget.Now(NextStep, _savedStep));
        MovedState.Send(stream, RegionsToSave());
        JobRepair.Leave();
    }

    /// <summary>The state comes from the rank that moves, and not from a checkpoint.</summary>
    private long RestoreFrom(MoveTarget target)
    {
        if (target.IsPrepared)
            JoinWorld(target.AwaitOrder());
        MoveTarget.End();
        (RestoredStep, _savedStep) = target.ReceiveNow();
        long start = Options.Time.GetTimestamp();
        long bytes = target.ReceiveState(RegionsToSave());
        TimeSpan took = Options.Time.GetElapsedTime(start);
        _crossing.Reinstate();
        NextStep = RestoredStep;
        IsRestored = true;
        IsFresh = false;
        _collectives.AwaitAllPatiently();
        if (target.IsPrepared)
            OpenControl();
        _voice.Say(FormattableString.Invariant($"goes on at step {RestoredStep} as rank {World.Rank}: {bytes >> 20} MiB came in {took.TotalSeconds:0.00} s"));
        _control?.Moved(target.Hold, RestoredStep, bytes, took);
        return RestoredStep;
    }
}
