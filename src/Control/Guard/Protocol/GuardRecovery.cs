using System;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>
/// After a restart: what became of a step that the journal begins and does not end. Where the guest is, is asked of the hypervisor, which alone knows; a move that is still
/// under way is waited for, and none is begun a second time before it is over. The table is docs/decisions/0013-state-before-and-after-each-action.md.
/// </summary>
internal static class GuardRecovery
{
    public static void Begin(GuardTurn turn, long timeS)
    {
        turn.State = turn.State with { NowS = timeS, IsLooking = false };
        switch (turn.State.Current)
        {
            case MoveStep move:
                turn.Tell(move.CaseId, $"the guard was ended during step {move.Id}, the move of {move.Guest} from {move.From} to {move.To}; the hypervisor is asked what became of it");
                // Whoever silenced the job has died before releasing it, or after: releasing twice does no harm, never does.
                if (turn.State.Policy.IsSilenced) turn.Do(new Release());
                turn.State = turn.State with { LooksLeft = turn.State.Policy.LooksMax };
                GuardProtocol.AskWhere(turn, isLater: false);
                break;
            case SaveStep save:
                turn.Commit(new SaveEnded(timeS, save.Id, IsDone: false, 0, "the guard was ended before it knew"));
                turn.Tell(save.CaseId, $"the guard was ended during step {save.Id}, a checkpoint; whether it was made is not known, and it does not count");
                GuardProtocol.Advance(turn);
                break;
            default:
                GuardProtocol.Advance(turn);
                break;
        }
    }

    /// <summary>Looks at what the hypervisor says of an unfinished step. True if it is over now.</summary>
    public static bool Look(GuardTurn turn, GuardStep unfinished, FleetView fleet)
    {
        if (unfinished is not MoveStep step) return true;
        FleetGuest? guest = fleet.Guest(step.Guest);
        if (guest is null or { State: GuestState.Absent or GuestState.Failed }) return End(turn, step, MoveEnding.Lost, "after the restart the hypervisor has no working guest of this name");
        if (guest.State is GuestState.Unknown || guest.ArrivingOn is not null) return LookAgain(turn, step, guest.State is GuestState.Unknown ? "it does not answer" : $"it is still arriving on {guest.ArrivingOn}", guest);
        if (guest.State is GuestState.Paused && step.WasRunning) turn.Do(new Resume(step.Guest));
        if (guest.Host == step.To) return End(turn, step, MoveEnding.Arrived, "it was found there after the restart");
        return guest.Host == step.From
            ? End(turn, step, MoveEnding.BrokenOff, "the move was broken off when the guard was ended")
            : End(turn, step, MoveEnding.Elsewhere, $"it was found on {guest.Host} after the restart");
    }

    /// <summary>Asks once more, while there are looks left. True if that was the last one.</summary>
    public static bool LookAgain(GuardTurn turn, GuardStep unfinished, string why, FleetGuest? guest = null)
    {
        if (unfinished is not MoveStep step) return true;
        int left = (turn.State.LooksLeft ?? 0) - 1;
        if (left > 0)
        {
            turn.State = turn.State with { LooksLeft = left };
            GuardProtocol.AskWhere(turn, isLater: true);
            return false;
        }

        // A copy that is still arriving after all this time belongs to nobody: the guest works where it is, and the next move takes the rest away.
        return guest is { State: GuestState.Running or GuestState.Paused } && guest.Host == step.From
            ? End(turn, step, MoveEnding.Failed, $"{why}, and the time for it is over")
            : End(turn, step, MoveEnding.Unclear, $"{why}, and the time for it is over");
    }

    private static bool End(GuardTurn turn, MoveStep step, MoveEnding ending, string remark)
    {
        GuardProtocol.EndMove(turn, step, new MoveResult(ending, TimeSpan.Zero, TimeSpan.Zero, 0, remark));
        turn.State = turn.State with { LooksLeft = null };
        return true;
    }
}
