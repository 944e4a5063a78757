using System;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Launchers;

namespace HpcVirt.Control.Protocol;

/// <summary>
/// The supervisor's decisions as a pure function: no clock, process or socket. <see cref="SupervisorPhase"/> has the diagram. At most
/// RestartsMax + 1 attempts are launched, whatever happens, not counting those that operators' drains ask for.
/// </summary>
internal static class SupervisorProtocol
{
    public static (SupervisorState State, ImmutableArray<SupervisorEffect> Effects) Next(SupervisorState state, SupervisorEvent happened)
    {
        if (happened is AttemptEvent inAttempt && inAttempt.Attempt != state.Attempt) return (state, []);
        state = LearnOfHosts(state, happened);
        return state.Phase switch
        {
            SupervisorPhase.Idle => Idle(state, happened),
            SupervisorPhase.Running or SupervisorPhase.Stopping => Running(Learn(state, happened), happened),
            SupervisorPhase.Ending => Ending(Learn(state, happened), happened),
            SupervisorPhase.BackingOff => BackingOff(state, happened),
            SupervisorPhase.Done => (state, []),
            _ => throw new InvalidOperationException($"The supervisor has no phase {state.Phase}."),
        };
    }

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Idle(SupervisorState state, SupervisorEvent happened) => happened switch
    {
        Begin => Launch(state),
        StopAsked => Finish(state with { StopWasAsked = true }, JobOutcome.Interrupted),
        _ => (state, []),
    };

    /// <summary>What reports of ranks teach, whether the attempt runs or is being ended: a commit counts even if its rank is dead by now.</summary>
    private static SupervisorState Learn(SupervisorState state, SupervisorEvent happened) => happened switch
    {
        RankConnected => state with { RankSeen = true },
        RankCommitted commit => state with
        {
            CommittedStep = Math.Max(commit.Step, state.CommittedStep ?? long.MinValue),
            CommittedSinceStop = state.CommittedSinceStop || state.StopWasAsked,
        },
        RankFailed failed when state.Failures.Count < SupervisorState.FailuresMax => state with { Failures = state.Failures.Add(failed.Failure) },
        RankFinished finished => state with
        {
            EndedEarly = state.EndedEarly || finished.EndedEarly,
            FinishedWell = finished.ExitCode == 0 ? state.FinishedWell.Add(finished.Rank) : state.FinishedWell,
        },
        RankRestored restored when restored.Rank == state.Awaited => state with { Awaited = null },
        RankMoved moved when moved.Rank == state.Awaited => state with { Awaited = null },
        RankHeld held => state with { Hold = state.Hold?.With(held) },
        RankHoldEnded ended => state with { Hold = state.Hold?.With(ended, state.Where?.Ranks ?? state.Ranks) },
        StandbyReady ready => state with { Waiting = state.Waiting.SetItem(ready.Member, ready.Host) },
        StandbyLost lost => state with { Waiting = state.Waiting.Remove(lost.Member) },
        _ => state,
    };

    /// <summary>What becomes of hosts is known in every phase, and used by the next launch.</summary>
    private static SupervisorState LearnOfHosts(SupervisorState state, SupervisorEvent happened) => happened switch
    {
        HostLost lost => WithoutWaiting(state, lost.Host) with { Hosts = state.Hosts.With(lost.Host, HostCondition.Lost) },
        DrainAsked drain => WithoutWaiting(state, drain.Host) with { Hosts = state.Hosts.With(drain.Host, HostCondition.Drained) },
        HostReturned returned => state with { Hosts = state.Hosts.With(returned.Host, HostCondition.Spare) },
        AttemptEnded ended => state with { Hosts = ended.UnreachableHosts.Aggregate(state.Hosts, static (pool, host) => pool.With(host, HostCondition.Lost)) },
        _ => state,
    };

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Running(SupervisorState state, SupervisorEvent happened) => happened switch
    {
        LaunchFailed => Finish(state, JobOutcome.LaunchFailed),
        RankLost lost when CanRepair(state) && !(state.NeedsNeighbor && lost.WasAloneThere) => Repair(state, lost),
        // A launcher that outlives ranks outlives MPI_Abort as well, and the others wait for this one inside the library.
        RankFailed when state.RepairsInJob => End(state, withGrace: true),
        RankFinished when state.IsStandby && HaveAllFinished(state) => (state, [new ReleaseStandbys()]),
        MoveAsked move when CanReplace(state) && state.Moving is null => RankMove.Begin(state, move),
        MoveGivenUp => RankMove.GiveUp(state),
        StandbyPrepared prepared when prepared.Hold == state.MovingHold && state.IsMovePrepared is null => CanReplace(state) ? RankMove.GoOn(state, prepared) : RankMove.GiveUp(state),
        StandbyLost lost when state.MovingHold is not null && lost.Member == state.MovingMember => RankMove.GiveUp(state),
        RankReadyToMove ready when ready.Hold == state.MovingHold => CanReplace(state) ? RankMove.Decide(state, ready) : RankMove.GiveUp(state),
        StartDeadlineReached when !state.RankSeen => End(state, withGrace: false),
        RankCommitted when state is { Moving: { } move, MovingHold: null } && CanReplace(state) => Move(state, move),
        RankLost => End(state, withGrace: true),
        RepairDeadlineReached late when late.Repair == state.Repairs && state.Awaited is not null => End(state, withGrace: false),
        LauncherLingers when HaveAllFinished(state) => End(state, withGrace: false),
        Stalled or RankSilent or RanksMissing => End(state, withGrace: false),
        HostLost lost when state.Where?.Uses(lost.Host) == true => End(state, withGrace: false),
        HostLost lost when !state.RankSeen && state.Named.Contains(lost.Host) => End(state, withGrace: false),
        DrainAsked drain when state.Phase == SupervisorPhase.Running && state.Where?.Uses(drain.Host) == true => Relocate(state),
        StopAsked when state.IsRelocating => (state with { IsRelocating = false, StopWasAsked = true }, []),
        StopDeadlineReached when state.Phase == SupervisorPhase.Stopping => End(state, withGrace: false),
        LauncherExited exited => End(state with { Status = exited.Status }, withGrace: false),
        StopAsked when state.Phase == SupervisorPhase.Stopping => End(state, withGrace: false),
        StopAsked stop => (
            state with { Phase = SupervisorPhase.Stopping, StopWasAsked = true },
            [state.RankSeen ? new AskRanksToStop() : new ForwardSignal(stop.Signal)]),
        CheckpointAsked => AskForCheckpoint(state),
        HoldAsked hold when state is { Phase: SupervisorPhase.Running, RankSeen: true, Awaited: null, MovingHold: null, Hold: null or { IsOver: true } } => Hold(state, hold),
        ReleaseAsked when state.Hold is { IsOver: false } => Release(state),
        RankHoldEnded when state.Hold is { IsOver: false, IsReleased: false, Trouble.Length: > 0 } => Release(state),
        SignalArrived arrived => (state, [new ForwardSignal(arrived.Signal)]),
        _ => (state, []),
    };

    /// <summary>A job that uses the library saves and ends, and goes on elsewhere; any other is simply started anew there.</summary>
    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Relocate(SupervisorState state) => state.RankSeen
        ? (state with { Phase = SupervisorPhase.Stopping, IsRelocating = true }, [new AskRanksToStop()])
        : End(state with { IsRelocating = true }, withGrace: false);

    public static (SupervisorState, ImmutableArray<SupervisorEffect>) AskForCheckpoint(SupervisorState state) =>
        (state with { CheckpointRequests = state.CheckpointRequests + 1 }, [new AskRanksForCheckpoint(state.CheckpointRequests + 1)]);

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Hold(SupervisorState state, HoldAsked hold) =>
        (state with { Holds = state.Holds + 1, Hold = new JobHold(state.Holds + 1) }, [new AskRanksToHold(state.Holds + 1, hold.Deadline)]);

    /// <summary>One rank that has gone on by itself is enough: nothing is silent any more.</summary>
    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Release(SupervisorState state) =>
        (state with { Hold = state.Hold! with { IsReleased = true } }, [new AskRanksToGoOn(state.Hold!.Number)]);

    /// <summary>One at a time: a second loss while a replacement is on its way is too much for those that are left.</summary>
    public static bool CanReplace(SupervisorState state) =>
        state is { RepairsInJob: true, Phase: SupervisorPhase.Running, Awaited: null, Failures.IsEmpty: true, FinishedWell.IsEmpty: true, Where.Ranks: > 1 }
        && (!state.IsStandby || !state.Waiting.IsEmpty);

    private static SupervisorState WithoutWaiting(SupervisorState state, string host) =>
        state with { Waiting = state.Waiting.RemoveRange(state.Waiting.Where(waiting => waiting.Value == host).Select(static waiting => waiting.Key)) };

    private static bool CanRepair(SupervisorState state) => CanReplace(state) && state.Attempt - state.Relocations + state.RepairsInAll <= state.RestartsMax;

    /// <summary>The checkpoint is there: the rank leaves, and its replacement elsewhere begins with it. Nothing was lost, and nothing counts as a restart.</summary>
    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Move(SupervisorState state, MoveAsked move)
    {
        int repair = state.Repairs + 1;
        int? member = state.IsStandby ? RankMove.WaitingOn(state, move.To) : null;
        if (state.IsStandby && member is null) return (state with { Moving = null }, []);
        SupervisorState moved = WithoutWaiting(state, member) with { Moving = null, Awaited = move.Rank, Repairs = repair, Where = state.Where?.Moved(move.From, move.To) };
        return (moved, [new RepairLinks(repair, move.Rank, move.To, member)]);
    }

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Repair(SupervisorState state, RankLost lost)
    {
        int repair = state.Repairs + 1;
        SupervisorState begun = state with { Hold = state.Hold?.Lost(), Moving = null, MovingHold = null, Awaited = lost.Rank, Repairs = repair, RepairsInAll = state.RepairsInAll + 1 };
        // What survivors were held for is over; they begin anew, and are not to hold again.
        ImmutableArray<SupervisorEffect> first = state.Hold is { IsOver: false } hold ? [new AskRanksToGoOn(hold.Number)] : state.MovingHold is { } moving ? [new AskRanksToGoOn(moving)] : [];
        if (!state.IsStandby) return (begun, [.. first, new RepairLinks(repair, lost.Rank)]);
        (int member, string host) = state.Waiting.First();
        Placement? where = lost.Host.Length > 0 && state.Where?.Uses(lost.Host) == true ? state.Where.Moved(lost.Host, host) : state.Where;
        return (WithoutWaiting(begun, member) with { Where = where }, [.. first, new RepairLinks(repair, lost.Rank, null, member)]);
    }

    public static SupervisorState WithoutWaiting(SupervisorState state, int? member) => member is { } who ? state with { Waiting = state.Waiting.Remove(who) } : state;

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Ending(SupervisorState state, SupervisorEvent happened) => happened switch
    {
        StopAsked => (state with { StopWasAsked = true }, []),
        AttemptEnded ended => Judge(state with { Status = state.Status ?? ended.Status }),
        _ => (state, []),
    };

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) BackingOff(SupervisorState state, SupervisorEvent happened) => happened switch
    {
        BackoffElapsed => Launch(state),
        StopAsked => Finish(state with { StopWasAsked = true }, JobOutcome.Interrupted),
        _ => (state, []),
    };

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Launch(SupervisorState state)
    {
        if (state.Hosts.Place(state.Ranks, state.RanksMin) is not { } where) return Finish(state, JobOutcome.HostsMissing);
        int attempt = state.Attempt + 1;
        // Once: a spare that is down would end every attempt.
        ImmutableArray<HostSlots> beside = state.IsStandby ? state.Hosts.Besides(where, state.Standbys) : state is { WarmSpares: true, Attempt: 0 } ? state.Hosts.Besides(where) : [];
        int standbys = where.Hosts.IsEmpty ? state.Standbys : state.IsStandby ? beside.Sum(static h => h.Slots) : 0;
        SupervisorState launched = state with
        {
            Where = where,
            Named = [.. where.Hosts.Concat(beside).Select(static h => h.Name)],
            IsRelocating = false,
            Phase = SupervisorPhase.Running,
            Attempt = attempt,
            CommittedStepBefore = state.CommittedStep,
            RankSeen = false,
            Awaited = null,
            Moving = null,
            MovingHold = null,
            Hold = state.Hold?.Lost(),
            Waiting = state.Waiting.Clear(),
            Repairs = 0,
            FinishedWell = [],
            EndedEarly = false,
            FailuresBefore = state.Failures,
            Failures = [],
            StatusBefore = state.Status,
            Status = null,
        };
        return (launched, [new LaunchAttempt(attempt, where, beside, standbys)]);
    }

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) End(SupervisorState state, bool withGrace) =>
        (state with { Phase = SupervisorPhase.Ending, Moving = null, MovingHold = null, Hold = state.Hold?.Lost() }, [new EndAttempt(withGrace)]);

    /// <summary>A launcher that is told to outlive ranks reports a rank that was replaced as lost, and all ranks lost as well: there the ranks' own word counts.</summary>
    private static bool EndedWell(SupervisorState state) => state.RepairsInJob
        ? HaveAllFinished(state)
        : state.Status is { Code: 0 };

    /// <summary>Whether each rank has said that its program is at its end.</summary>
    public static bool HaveAllFinished(SupervisorState state) => state.Awaited is null && state.FinishedWell.Count == (state.Where?.Ranks ?? state.Ranks);

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Judge(SupervisorState state)
    {
        if (state is { IsRelocating: true, StopWasAsked: false } && (state.EndedEarly || state.Status is not { Code: 0 }))
            return Launch(state with { Relocations = state.Relocations + 1 });

        // A job that nobody asked stopped by itself, with a checkpoint at that very step: its time was up, or it was told to beforehand.
        bool isSaved = state.StopWasAsked ? state.CommittedSinceStop : state.CommittedStep is not null;
        JobOutcome interrupted = isSaved ? JobOutcome.InterruptedSaved : JobOutcome.Interrupted;
        if (EndedWell(state)) return Finish(state, state.EndedEarly ? interrupted : JobOutcome.Succeeded);
        if (state.StopWasAsked) return Finish(state, interrupted);
        if (FailsByItself(state)) return Finish(state, JobOutcome.ProgramFailed);
        if (state.Attempt - state.Relocations + state.RepairsInAll > state.RestartsMax) return Finish(state, JobOutcome.GaveUp);
        int failuresInARow = state.HasProgressed ? 1 : state.FailuresInARow + 1;
        return (state with { Phase = SupervisorPhase.BackingOff, FailuresInARow = failuresInARow }, [new StartBackoff(failuresInARow)]);
    }

    /// <summary>
    /// The same exception at the same step twice in a row; or the same exit status twice in a row without a newer checkpoint in between,
    /// unless it is the kind of end that comes from outside.
    /// </summary>
    private static bool FailsByItself(SupervisorState state)
    {
        if (!state.Failures.Intersect(state.FailuresBefore).IsEmpty) return true;
        return state is { Status: { IsFromOutside: false } status, HasProgressed: false } && status == state.StatusBefore;
    }

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) Finish(SupervisorState state, JobOutcome outcome) =>
        (state with { Phase = SupervisorPhase.Done }, [new Conclude(outcome, state.Status)]);
}
