using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>
/// Behind the program. A rank says that it is at its end when it has nothing outstanding and knows of no wish; from then on it begins nothing, but still
/// takes part in what others begin. When all have said so nobody can begin anything; but a rank may have given up an attempt that others began after its
/// word, and its bookmarks may still be on their way. So all say once more that they have nothing outstanding, and stay attentive until all have.
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
        if (state.FinishesEntered > state.FinishesNoticed)
            return;
        if (state.FinishesEntered < Finishes)
        {
            int number = state.FinishesEntered++;
            collectives.Enter(rank, Collectives.FinishContext, number, CollectiveUse.Finish, number, 0, request: 0);
            return;
        }

        state.Activity = RankActivity.Finished;
        checkers.Finished(rank, machine);
    }

    /// <summary>With numbered safe points nothing can begin on a rank that is at its end, and its first word is its last.</summary>
    private int Finishes => _isNumbered ? 1 : 2;

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
        if (state.FinishesEntered == 0)
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
