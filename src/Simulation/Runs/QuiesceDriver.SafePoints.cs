using System;
using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>Numbered safe points: the production agreement finds the one at which all ranks fall silent.</summary>
internal sealed partial class QuiesceDriver
{
    private const int WishNumber = 0;
    private const int StepTimeNumber = 2;
    private const long StepTimeUnknownNs = 1_000_000_000;

    private bool ReachNumbered(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        (state.Agreement, AgreementEffects effects) = SafePointAgreement.Next(state.Agreement, AgreementEvent.Arrived.Instance);
        if ((effects & AgreementEffects.CompleteExchange) == 0)
            return Act(rank, effects);
        if (state.ExchangeSums != 0)
            return Learn(rank);
        state.Activity = RankActivity.AwaitingExchange;
        return false;
    }

    /// <summary>The outstanding exchange is complete.</summary>
    private void Exchanged(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.Activity == RankActivity.Finishing)
            Finish(rank);
        else if (state.Activity == RankActivity.AwaitingExchange && Learn(rank))
            machine.At(machine.NowNs, Events.EventKind.ComputeDone, rank);
    }

    /// <summary>True when the program may go on at once.</summary>
    private bool Learn(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        Sums sums = machine.Sums[state.ExchangeSums];
        machine.Sums.Return(state.ExchangeSums);
        state.ExchangeSums = 0;
        state.Activity = RankActivity.Computing;
        var learned = new AgreementEvent.Learned(new Wishes(Checkpoint: sums[WishNumber] != 0, Stop: false), TimeSpan.FromMicroseconds(sums[StepTimeNumber] / 1000.0));
        (state.Agreement, AgreementEffects effects) = SafePointAgreement.Next(state.Agreement, learned);
        return Act(rank, effects);
    }

    private bool Act(int rank, AgreementEffects effects)
    {
        ref RankState state = ref machine.Ranks[rank];
        state.OwesExchange = (effects & AgreementEffects.PostExchange) != 0;
        if ((effects & AgreementEffects.Checkpoint) == 0)
        {
            PostOwedExchange(rank);
            return true;
        }

        // The time of a checkpoint must not count as the time of a step.
        state.ExchangePostedAtNs = 0;

        // The attempt before this one may not have ended here: then it is awaited, because all ranks must go through all attempts in order.
        if (state.Quiesce.Phase == QuiescePhase.Withdrawn)
            state.Activity = RankActivity.AwaitingProof;
        else
            Arrive(rank);
        return false;
    }

    private void PostOwedExchange(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (!state.OwesExchange)
            return;
        state.OwesExchange = false;
        int entry = machine.Sums.Rent();
        ref Sums sums = ref machine.Sums[entry];
        sums[WishNumber] = state.Requested ? 1UL : 0;
        state.Waiting |= state.Requested;
        state.Requested = false;
        long points = Math.Max(1, state.Agreement.Point - state.ExchangePostedAtPoint);
        sums[StepTimeNumber] = (ulong)(state.ExchangePostedAtNs == 0 ? StepTimeUnknownNs : (machine.NowNs - state.ExchangePostedAtNs) / points);
        state.ExchangePostedAtNs = machine.NowNs;
        state.ExchangePostedAtPoint = state.Agreement.Point;
        EnterPrivate(rank, CollectiveUse.Exchange, (int)state.Agreement.Point, entry);
    }

    /// <summary>An attempt failed, and there are others to come for the same requests.</summary>
    private void TryAgain(ref RankState state)
    {
        if (_isNumbered)
            state.Requested |= state.Waiting;
        else
            state.Wished = state.WishPassedOn = (int)state.Quiesce.Attempt;
    }
}
