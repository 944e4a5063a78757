using System;
using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>The guard's decisions as a pure function: no clock, task, file or log. One step at a time, its intent committed before it begins and its end after.</summary>
/// <remarks><code>
/// Judged: alerts become cases --> Look --> Looked: Policy decides --+--> Commit(begun), Move or Save --> MoveCame, SaveCame: Commit(ended) --> Look ...
///                                                                  +--> wait for the next judgement
///                                                                  +--> nothing left: the case is watched until its horizon ends, then closed
/// Started with a step that has no end: Look, and GuardRecovery finds out what became of it.
/// </code></remarks>
internal static class GuardProtocol
{
    /// <summary>Two reports of one host's failure within this time are one failure.</summary>
    private const long SameFailureS = 6 * 3600;

    public static (GuardState State, ImmutableArray<GuardEffect> Effects) Next(GuardState state, GuardEvent happened)
    {
        var turn = new GuardTurn(state);
        switch (happened)
        {
            case Started started: GuardRecovery.Begin(turn, started.TimeS); break;
            case Judged judged: OnJudged(turn, judged); break;
            case Looked looked when turn.State.IsLooking: OnLooked(turn, looked.Fleet); break;
            case LookFailed { Why: { } why } when turn.State.IsLooking: OnLookFailed(turn, why); break;
            case MoveCame came when turn.State.Current is MoveStep step && step.Id == came.Step && turn.State.LooksLeft is null: OnMoveCame(turn, step, came.Result); break;
            case SaveCame came when turn.State.Current is SaveStep step && step.Id == came.Step: OnSaveCame(turn, step, came); break;
            case HostFailed failed: OnHostFailed(turn, failed); break;
            case Troubled { Why: { } why }: turn.Tell(0, why); break;
            case HostChecked said:
                OnHostChecked(turn, said);
                if (said.Word.Length > 0) turn.Do(new Forget(said.Word));
                break;
            default: break;
        }

        return (turn.State, turn.Effects);
    }

    /// <summary>The next thing to do needs a look at where guests are; nothing is decided from memory.</summary>
    public static void Advance(GuardTurn turn)
    {
        if (turn.State.Current is not null || turn.State.IsLooking) return;
        if (!turn.State.Cases.Values.Any(static one => one.Phase is CasePhase.Acting)) return;
        AskWhere(turn, isLater: false);
    }

    public static void AskWhere(GuardTurn turn, bool isLater)
    {
        turn.State = turn.State with { IsLooking = true };
        turn.Do(new Look(isLater));
    }

    /// <summary>What is told of a step's end, whether its own answer or the hypervisor's after a restart told it.</summary>
    public static void EndMove(GuardTurn turn, MoveStep step, MoveResult result)
    {
        turn.Commit(new MoveEnded(turn.State.NowS, step.Id, result.Ending, (long)result.Took.TotalMilliseconds, (long)result.Downtime.TotalMilliseconds, result.SentBytes, result.Remark));
        string numbers = result.Took > TimeSpan.Zero ? $" in {Words.Span(result.Took)}, stood still {Words.Span(result.Downtime)}, {result.SentBytes >> 20} MiB" : "";
        string remark = result.Remark.Length > 0 ? $": {result.Remark}" : "";
        turn.Tell(step.CaseId, result.Ending switch
        {
            MoveEnding.Arrived => $"step {step.Id}: {step.Guest} is on {step.To}{numbers}{remark}",
            MoveEnding.Failed or MoveEnding.BrokenOff => $"step {step.Id}: {step.Guest} was not moved to {step.To}, and works on on {step.From}{remark}",
            MoveEnding.Lost => $"step {step.Id}: {step.Guest} is lost{remark}; bring it back from its newest set",
            MoveEnding.Elsewhere => $"step {step.Id}: {step.Guest} was moved by somebody else{remark}",
            _ => $"step {step.Id}: where {step.Guest} is cannot be found out{remark}; it is left to an administrator",
        });
    }

    private static void OnJudged(GuardTurn turn, Judged judged)
    {
        turn.State = turn.State with { NowS = judged.TimeS };
        foreach (HostJudgement host in judged.Hosts)
        {
            turn.State = turn.State with { Health = turn.State.Health.SetItem(host.Host, host.Health) };
            if (host.Fires) Open(turn, host);
        }

        foreach (GuardCase one in turn.State.Cases.Values.Where(one => one.HorizonEndsAtS <= judged.TimeS)) Close(turn, one, one.Verdict is CaseOutcome.Open ? CaseOutcome.NothingHappened : one.Verdict);
        if (IsSaveDue(turn.State) is { } why) BeginSave(turn, 0, why);
        Advance(turn);
    }

    private static void Open(GuardTurn turn, HostJudgement host)
    {
        GuardState state = turn.State;
        // Further alerts of a host belong to the case that is open; one that was closed does not come back with the same alert, as it would when data are played again.
        if (state.CaseOf(host.Host) is not null || state.Closed.Any(closed => closed.Host == host.Host && closed.OpenedAtS == state.NowS)) return;
        string risk = Words.Percent(host.Health.Risk ?? 0);
        if (state.Cases.Count >= GuardState.CasesMax)
        {
            turn.Tell(0, $"ALERT on host {host.Host}, risk {risk}, not acted upon: {GuardState.CasesMax} cases are open");
            return;
        }

        ImmutableArray<string> reasons = host.Reasons.IsDefault ? [] : host.Reasons;
        turn.Commit(new CaseOpened(state.NowS, state.LastCase + 1, host.Host, host.Node, host.Health.Risk ?? 0, state.NowS + (long)state.Policy.Horizon.TotalSeconds, reasons));
        turn.Tell(turn.State.LastCase, $"ALERT on host {host.Host} (node {host.Node}): risk {risk} within {Words.Span(state.Policy.Horizon)}{(reasons.IsEmpty ? "" : $", because {string.Join("; ", reasons)}")}");
    }

    private static string? IsSaveDue(GuardState state)
    {
        if (!state.Policy.CanSave || state.Current is not null || SaveInterval.Of(state) is not { } interval) return null;
        // Leaving a sick host comes before saving on it; the policy saves first where that is better.
        if (state.Cases.Values.Any(one => one.Phase is CasePhase.Acting && !state.Waits.ContainsKey(one.Id))) return null;
        if (state.SaveTriedAtS is { } at && state.NowS >= at && state.NowS - at < interval.TotalSeconds) return null;
        string hosts = string.Join(", ", state.Health.Keys.Where(host => state.ColourOf(host) is HostColour.Amber or HostColour.Red));
        return $"risk is raised on {hosts}: while it is, one every {Words.Span(interval)}";
    }

    private static void OnLooked(GuardTurn turn, FleetView fleet)
    {
        turn.State = turn.State with { IsLooking = false, Trouble = null };
        if (turn.State.Current is { } unfinished)
        {
            // An answer to a question that was asked before the step began says nothing about it.
            if (turn.State.LooksLeft is null || !GuardRecovery.Look(turn, unfinished, fleet)) return;
            Advance(turn);
            return;
        }

        fleet = Pretend(turn.State, fleet);
        MissWhatWentAway(turn, fleet);
        foreach (int id in turn.State.Cases.Values.Where(static one => one.Phase is CasePhase.Acting).OrderByDescending(static one => one.Risk).ThenBy(static one => one.Id).Select(static one => one.Id).ToArray())
        {
            if (Act(turn, id, fleet)) return;
        }
    }

    /// <summary>Guests that were on a sick host when it was looked at last, and that nobody here has moved since.</summary>
    private static void MissWhatWentAway(GuardTurn turn, FleetView fleet)
    {
        foreach ((string name, string host) in turn.State.Seen)
        {
            if (turn.State.CaseOf(host) is not { Phase: CasePhase.Acting } one || one.Fates.ContainsKey(name)) continue;
            FleetGuest? guest = fleet.Guest(name);
            if (guest?.Host == host || guest is { State: GuestState.Unknown }) continue;
            string why = guest?.Host is { } elsewhere ? $"somebody has moved it to {elsewhere}" : "it has vanished";
            turn.Commit(new GuestLeft(turn.State.NowS, one.Id, name, IsGone: true, why));
            turn.Tell(one.Id, $"{name} is not on {host} any more: {why}");
        }

        turn.State = turn.State with { Seen = fleet.Guests.Where(static guest => guest.Host is not null).ToImmutableSortedDictionary(static guest => guest.Name, static guest => guest.Host!) };
    }

    /// <summary>Goes on in a case. True if a step was begun, and all else waits.</summary>
    private static bool Act(GuardTurn turn, int id, FleetView fleet)
    {
        while (turn.State.Cases.TryGetValue(id, out GuardCase? one))
        {
            switch (Policy.Decide(turn.State, one, fleet))
            {
                case DecideMove move:
                    BeginMove(turn, one, move);
                    if (!turn.State.Policy.IsDryRun) return true;
                    fleet = Pretend(turn.State, fleet);
                    break;
                case DecideSave save:
                    BeginSave(turn, id, save.Why);
                    if (!turn.State.Policy.IsDryRun) return true;
                    break;
                case DecideLeave leave:
                    turn.Commit(new GuestLeft(turn.State.NowS, id, leave.Guest, IsGone: false, leave.Why));
                    turn.Tell(id, $"{leave.Guest} stays on {one.Host}: {leave.Why}");
                    break;
                case DecideWait wait:
                    if (turn.State.Waits.GetValueOrDefault(id) == wait.Why) return false;
                    turn.State = turn.State with { Waits = turn.State.Waits.SetItem(id, wait.Why) };
                    turn.Tell(id, $"waiting: {wait.Why}");
                    return false;
                default:
                    Finish(turn, one);
                    return false;
            }
        }

        return false;
    }

    private static void BeginMove(GuardTurn turn, GuardCase one, DecideMove move)
    {
        var begun = new MoveBegun(turn.State.NowS, one.Id, turn.State.LastStep + 1, move.Guest.Name, one.Host, move.To, move.Guest.State is GuestState.Running);
        turn.Commit(begun);
        if (turn.State.Policy.IsDryRun)
        {
            turn.Tell(one.Id, $"would move {move.Guest.Name} from {one.Host} to {move.To}: {move.Why}");
            turn.Commit(new MoveEnded(turn.State.NowS, begun.Step, MoveEnding.Arrived, 0, 0, 0, ""));
            turn.State = turn.State with { Pretended = turn.State.Pretended.SetItem(move.Guest.Name, move.To) };
            return;
        }

        turn.Tell(one.Id, $"step {begun.Step}: moving {move.Guest.Name} from {one.Host} to {move.To}: {move.Why}");
        turn.Do(new Move((MoveStep)turn.State.Current!));
    }

    private static void BeginSave(GuardTurn turn, int caseId, string why)
    {
        var begun = new SaveBegun(turn.State.NowS, caseId, turn.State.LastStep + 1);
        turn.Commit(begun);
        if (turn.State.Policy.IsDryRun)
        {
            turn.Tell(caseId, $"would make a checkpoint: {why}");
            turn.Commit(new SaveEnded(turn.State.NowS, begun.Step, IsDone: true, 0, ""));
            return;
        }

        turn.Tell(caseId, $"step {begun.Step}: a checkpoint: {why}");
        turn.Do(new Save((SaveStep)turn.State.Current!));
    }

    private static void OnLookFailed(GuardTurn turn, string why)
    {
        turn.State = turn.State with { IsLooking = false };
        if (turn.State.Trouble != why) turn.Tell(0, $"the hypervisor cannot be asked, and nothing is done: {why}");
        turn.State = turn.State with { Trouble = why };
        if (turn.State is { Current: { } unfinished, LooksLeft: not null }) GuardRecovery.LookAgain(turn, unfinished, why);
    }

    private static void OnMoveCame(GuardTurn turn, MoveStep step, MoveResult result)
    {
        EndMove(turn, step, result);
        Advance(turn);
    }

    private static void OnSaveCame(GuardTurn turn, SaveStep step, SaveCame came)
    {
        turn.Commit(new SaveEnded(turn.State.NowS, step.Id, came.IsDone, (long)came.Took.TotalMilliseconds, came.Remark));
        turn.Tell(step.CaseId, came.IsDone ? $"step {step.Id}: the checkpoint is made, in {Words.Span(came.Took)}: {came.Remark}" : $"step {step.Id}: there is no checkpoint: {came.Remark}");
        Advance(turn);
    }

    private static void OnHostFailed(GuardTurn turn, HostFailed failed)
    {
        turn.State = turn.State with { NowS = Math.Max(turn.State.NowS, failed.TimeS) };
        GuardState state = turn.State;
        if (state.FailedAtS.TryGetValue(failed.Host, out long before) && Math.Abs(failed.TimeS - before) < SameFailureS) return;
        GuardCase? one = state.CaseOf(failed.Host);
        turn.Commit(new FailureSeen(failed.TimeS, one?.Id ?? 0, failed.Host, failed.Kind));
        turn.Tell(one?.Id ?? 0, one is null
            ? $"host {failed.Host} failed ({failed.Kind}), and no alert stood: it was missed"
            : $"host {failed.Host} failed ({failed.Kind}), {Words.Span(TimeSpan.FromSeconds(Math.Max(0, failed.TimeS - one.OpenedAtS)))} after the alert");
        if (one is { Phase: CasePhase.Watching }) Close(turn, turn.State.Cases[one.Id], CaseOutcome.HostFailed);
    }

    private static void OnHostChecked(GuardTurn turn, HostChecked said)
    {
        CaseOutcome verdict = said.IsFaulty ? CaseOutcome.FoundFaulty : CaseOutcome.FoundHealthy;
        GuardCase? open = turn.State.CaseOf(said.Host);
        ClosedCase? closed = turn.State.Closed.LastOrDefault(one => one.Host == said.Host);
        string words = $"{said.By} has checked host {said.Host}: {(said.IsFaulty ? "faulty" : "healthy")}";
        if ((open?.Id ?? closed?.Id) is not { } id)
        {
            turn.Tell(0, $"{words}; there is no alarm of this host that it could be about");
            return;
        }

        // A word that was taken in just before a crash is found again after it, and says nothing new.
        if ((open?.Verdict ?? closed!.Outcome) == verdict) return;
        turn.Commit(new VerdictGiven(turn.State.NowS, id, said.IsFaulty, said.By));
        turn.Tell(id, words);
        if (open is { Phase: CasePhase.Watching }) Close(turn, turn.State.Cases[id], verdict);
    }

    /// <summary>Nothing is left to do: the case waits for its end, which may have come already.</summary>
    private static void Finish(GuardTurn turn, GuardCase one)
    {
        turn.Commit(new CaseActed(turn.State.NowS, one.Id));
        int moved = one.Fates.Count(static fate => fate.Value is GuestFate.Moved), stay = one.Fates.Count(static fate => fate.Value is GuestFate.Stays);
        turn.Tell(one.Id, one.Fates.IsEmpty
            ? $"no guest is on host {one.Host}; nothing was to be done"
            : $"{moved} guest(s) moved from host {one.Host}{(stay > 0 ? $", {stay} stay" : "")}; what becomes of it is watched for {Words.Span(TimeSpan.FromSeconds(Math.Max(0, one.HorizonEndsAtS - turn.State.NowS)))}");
        if (one.Verdict is not CaseOutcome.Open) Close(turn, turn.State.Cases[one.Id], one.Verdict);
    }

    private static void Close(GuardTurn turn, GuardCase one, CaseOutcome outcome)
    {
        if (turn.State.Current?.CaseId == one.Id) return;
        turn.Commit(new CaseClosed(turn.State.NowS, one.Id, outcome));
        turn.Tell(one.Id, $"outcome: {Words.Outcome(outcome)}; the alarm was {(outcome is CaseOutcome.HostFailed or CaseOutcome.FoundFaulty ? "right" : "false")}");
    }

    /// <summary>A dry run sees guests where it would have moved them.</summary>
    private static FleetView Pretend(GuardState state, FleetView fleet) => state.Pretended.IsEmpty
        ? fleet
        : fleet with { Guests = [.. fleet.Guests.Select(guest => state.Pretended.TryGetValue(guest.Name, out string? host) ? guest with { Host = host } : guest)] };
}
