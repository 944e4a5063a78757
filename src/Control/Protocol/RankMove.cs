using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Protocol;

/// <summary>
/// How a rank moves: the ranks fall silent and one sends its state to a process that waits, while the others keep theirs. Where that cannot be, it moves by a
/// checkpoint, from which all begin anew.
/// </summary>
/// <remarks>
/// <code>
///  MoveAsked --> AskRanksToMove --> RankReadyToMove --+--> MoveState --> RankMoved
///                                     |  "cannot"     |
///                                     v               +--> (nobody waits there any more) AskRanksToGoOn
///                             AskRanksForCheckpoint --> RankCommitted --> RepairLinks --> RankRestored
/// </code>
/// </remarks>
internal static class RankMove
{
    public static (SupervisorState, ImmutableArray<SupervisorEffect>) Begin(SupervisorState state, MoveAsked move)
    {
        SupervisorState asked = state with { Moving = move, WhyByCheckpoint = "" };

        // Processes that were spawned have no communicator with the rank before there is a new world; and a job that is held has to be released first.
        if (!state.IsStandby || state.Hold is { IsOver: false }) return SupervisorProtocol.AskForCheckpoint(asked);
        long hold = state.Holds + 1;
        return (asked with { Holds = hold, MovingHold = hold }, [new AskRanksToMove(hold, move.Rank)]);
    }

    public static (SupervisorState, ImmutableArray<SupervisorEffect>) Decide(SupervisorState state, RankReadyToMove ready)
    {
        MoveAsked move = state.Moving!;
        if (ready.Reason.Length > 0)
        {
            (SupervisorState byCheckpoint, ImmutableArray<SupervisorEffect> ask) = SupervisorProtocol.AskForCheckpoint(state with { MovingHold = null, WhyByCheckpoint = ready.Reason });
            return (byCheckpoint, [new AskRanksToGoOn(ready.Hold), .. ask]);
        }

        if (state.Waiting.Where(waiting => waiting.Value == move.To).Select(static waiting => (int?)waiting.Key).FirstOrDefault() is not { } member)
            return (state with { Moving = null, MovingHold = null }, [new AskRanksToGoOn(ready.Hold)]);
        int repair = state.Repairs + 1;
        SupervisorState moved = SupervisorProtocol.WithoutWaiting(state, member) with { Moving = null, MovingHold = null, Awaited = move.Rank, Repairs = repair, Where = state.Where?.Moved(move.From, move.To) };
        return (moved, [new MoveState(ready.Hold, repair, move.Rank, move.To, member, ready.StateBytes)]);
    }

    public static (SupervisorState, ImmutableArray<SupervisorEffect>) GiveUp(SupervisorState state) =>
        (state with { Moving = null, MovingHold = null }, state.MovingHold is { } hold ? [new AskRanksToGoOn(hold)] : []);
}
