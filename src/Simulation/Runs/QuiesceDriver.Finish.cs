using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>
/// Behind the program. A rank says that it is at its end when it has nothing outstanding and knows of no wish; from then on it begins nothing, but still
/// takes part in what others begin. When all have said so nobody can begin anything, and who has nothing outstanding leaves.
/// </summary>
internal sealed partial class QuiesceDriver
{
    public void End(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        state.IsAtEnd = true;
        state.Activity = RankActivity.Finishing;
        Attend(rank);
    }

    public void Finish(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.Activity != RankActivity.Finishing || !(_isNumbered ? HasCompletedExchange(ref state) : HasNoWish(rank)))
            return;
        if (state.Quiesce.Phase != QuiescePhase.Running || !AreBookmarksTaken(state))
            return;
        if (!state.HasEnteredFinish)
        {
            state.HasEnteredFinish = true;
            collectives.Enter(rank, Collectives.FinishContext, 0, CollectiveUse.Finish, 0, 0, request: 0);
        }
        else if (state.FinishNoticed)
        {
            state.Activity = RankActivity.Finished;
            checkers.Finished(rank, machine);
        }
    }

    /// <summary>What the last exchange brings no longer matters.</summary>
    private bool HasCompletedExchange(ref RankState state)
    {
        if (!state.Agreement.IsOutstanding)
            return true;
        if (state.ExchangeSums == 0)
            return false;
        machine.Sums.Return(state.ExchangeSums);
        state.ExchangeSums = 0;
        state.Agreement = state.Agreement with { IsOutstanding = false };
        return true;
    }

    private bool HasNoWish(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (!state.HasEnteredFinish)
            Originate(rank);
        if (state.Quiesce.Phase is not (QuiescePhase.Running or QuiescePhase.Stepping) || state.Wished < state.Quiesce.Attempt)
            return true;
        Arrive(rank);
        return false;
    }

    private bool AreBookmarksTaken(in RankState state)
    {
        for (int peer = state.Peers; peer != 0; peer = machine.Peers[peer].Next)
        {
            if (!machine.Peers[peer].IsTaken)
                return false;
        }

        return true;
    }
}
