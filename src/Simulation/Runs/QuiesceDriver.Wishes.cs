using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>Safe points that are not numbered: a wish floods a binary tree, and every rank parks at its own next one.</summary>
internal sealed partial class QuiesceDriver
{
    private const int WishBytes = 8;

    public void WishArrives(int arrived)
    {
        Message message = machine.Messages[arrived];
        machine.Messages.Return(arrived);
        int rank = message.Destination;
        ref RankState state = ref machine.Ranks[rank];
        if (message.Sequence > state.Wished)
            state.Wished = (int)message.Sequence;
        if (IsAttentive(state))
            Attend(rank);
    }

    private bool ReachUnnumbered(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        Originate(rank);
        if (state.Quiesce.Phase is not (QuiescePhase.Running or QuiescePhase.Stepping) || state.Wished < state.Quiesce.Attempt)
            return true;
        Arrive(rank);
        return false;
    }

    /// <summary>A rank that was asked from outside, and knows of no wish that is as good, begins one.</summary>
    private void Originate(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (!state.Requested || state.Quiesce.Phase != QuiescePhase.Running)
            return;
        state.Requested = false;
        state.Waiting = true;
        if (state.Wished < state.Quiesce.Attempt)
            state.Wished = (int)state.Quiesce.Attempt;
        PassWishOn(rank);
    }

    private void PassWishOn(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.Wished <= state.WishPassedOn)
            return;
        state.WishPassedOn = state.Wished;
        if (rank > 0)
            Wish(rank, (rank - 1) / 2);
        for (long child = (2L * rank) + 1; child <= (2L * rank) + 2 && child < machine.Ranks.Length; child++)
            Wish(rank, (int)child);
    }

    private void Wish(int rank, int other)
    {
        int wished = machine.Messages.Rent();
        ref Message message = ref machine.Messages[wished];
        message.Kind = MessageKind.Wish;
        message.Source = rank;
        message.Destination = other;
        message.Bytes = WishBytes;
        message.Sequence = machine.Ranks[rank].Wished;
        machine.Ranks[rank].QuiesceMessages++;
        machine.Ranks[rank].QuiesceBytes += WishBytes + NetworkOptions.EnvelopeBytes;
        machine.At(machine.ArrivalNs(WishBytes), EventKind.MessageArrives, other, wished);
    }
}
