using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Protocol;

/// <summary>
/// How a rank moves: a process that waits runs the program's beginning, the ranks fall silent, and one sends its state to that process, while the others keep
/// theirs. Where that cannot be, it moves by a checkpoint, from which all begin anew.
/// </summary>
/// <remarks>
/// <code>
///  MoveAsked --> PrepareMove --> StandbyPrepared --> AskRanksToMove --> RankReadyToMove --> MoveState --> RankMoved
///                    |                  |                                    |
///                    | "cannot"         | "cannot"                           | "cannot"
///                    v                  v                                    v
///                    +------------------+------------------------------------+--> AskRanksToGoOn, AskRanksForCheckpoint --> RankCommitted --> RepairLinks --> RankRestored
/// </code>
/// </remarks>
internal static class RankMove
{
    public static (SupervisorState, ImmutableArray<SupervisorEffect>) Begin(SupervisorState state, MoveAsked move)
    {
        SupervisorState asked = state with { Moving = move, WhyByCheckpoint = "" };

        // Processes that are still to be started have no communicator with the rank; and a job that is held has to be released first.
        if (!state.IsStandby || state.Hold is { IsOver: false }) return SupervisorProtocol.AskForCheckpoint(asked);
        if (WaitingOn(state, move.To) is not { } member) return (state, []);
        long hold = state.Holds + 1;
        return (asked with { Holds = hold, MovingHold = hold, MovingMember = member, IsMovePrepared = null }, [new PrepareMove(hold, move.Rank, member)]);
    }

    /// <summary>The process has run the program's beginning, or could not; what it made of communicators needs the other ranks.</summary>
    public static (SupervisorState, ImmutableArray<SupervisorEffect>) GoOn(SupervisorState state, StandbyPrepared prepared) => prepared.CanMove
        ? (state with { IsMovePrepared = prepared.Reason.Length == 0 }, [new AskRanksToMove(prepared.Hold, state.Moving!.Rank)])
        : GoByCheckpoint(state, prepared.Reason);

    public static (SupervisorState, ImmutableArray<SupervisorEffect>) Decide(SupervisorState state, RankReadyToMove ready)
    {
        if (ready.Reason.Length > 0) return GoByCheckpoint(state, ready.Reason);
        if (state.IsMovePrepared is not { } isPrepared || !state.Waiting.ContainsKey(state.MovingMember)) return GiveUp(state);
        MoveAsked move = state.Moving!;
        int repair = state.Repairs + 1;
        SupervisorState moved = SupervisorProtocol.WithoutWaiting(state, state.MovingMember) with
        {
            Moving = null,
            MovingHold = null,
            Awaited = move.Rank,
            Repairs = repair,
            Where = state.Where?.Moved(move.From, move.To),
        };
        return (moved, [new MoveState(ready.Hold, repair, move.Rank, move.To, state.MovingMember, isPrepared, ready.StateBytes)]);
    }

    public static (SupervisorState, ImmutableArray<SupervisorEffect>) GiveUp(SupervisorState state) =>
        (state with { Moving = null, MovingHold = null }, state.MovingHold is { } hold ? [new AskRanksToGoOn(hold)] : []);

    /// <summary>A process that waits on a host, or null.</summary>
    public static int? WaitingOn(SupervisorState state, string host) =>
        state.Waiting.Where(waiting => waiting.Value == host).Select(static waiting => (int?)waiting.Key).FirstOrDefault();

    private static (SupervisorState, ImmutableArray<SupervisorEffect>) GoByCheckpoint(SupervisorState state, string why)
    {
        long hold = state.MovingHold!.Value;
        (SupervisorState asked, ImmutableArray<SupervisorEffect> ask) = SupervisorProtocol.AskForCheckpoint(state with { MovingHold = null, WhyByCheckpoint = why });
        return (asked, [new AskRanksToGoOn(hold), .. ask]);
    }
}
