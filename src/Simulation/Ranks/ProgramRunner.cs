using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Ranks;

/// <summary>Runs the ranks' programs, call by call, until each blocks.</summary>
internal sealed class ProgramRunner(Machine machine, MessagePassing messages, Collectives collectives, ISafePoints safePoints)
{
    private const ulong Scramble = 0x8CB92BA72F3D8DD7;

    public void Continue(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        state.Activity = RankActivity.Computing;
        do
        {
            state.Call = machine.Program.Next(rank, ref state.Program);
        }
        while (Execute(rank, ref state));
    }

    /// <summary>A message has come that no receive waits for.</summary>
    public void MessageWaits(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.Activity == RankActivity.Probing && Probe(rank, ref state))
            Continue(rank);
    }

    public void RequestCompleted(int rank, int request)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.AwaitedRequest != request)
            return;
        End(rank, ref state, request);
        Continue(rank);
    }

    /// <summary>True when the call is over.</summary>
    private bool Execute(int rank, ref RankState state)
    {
        switch (state.Call.Kind)
        {
            case OperationKind.Compute:
                if (state.Call.DurationNs == 0)
                    return true;
                machine.At(machine.NowNs + state.Call.DurationNs, EventKind.ComputeDone, rank);
                return false;
            case OperationKind.SafePoint:
                return safePoints.Reach(rank);
            case OperationKind.Send:
                int sending = messages.Send(rank, state.Call, Value(state));
                return sending == 0 || Await(rank, ref state, sending, RankActivity.Sending);
            case OperationKind.SendImmediate:
                if (messages.Send(rank, state.Call, Value(state)) == 0)
                    _ = messages.CompletedSend(rank, state.Call);
                return true;
            case OperationKind.Receive:
                return Await(rank, ref state, messages.Receive(rank, state.Call), RankActivity.Receiving);
            case OperationKind.ReceiveImmediate:
                _ = messages.Receive(rank, state.Call);
                return true;
            case OperationKind.Probe:
                return Probe(rank, ref state);
            case OperationKind.ReceiveProbed:
                Operation probed = state.Call with { Peer = state.Program.LastSource, Tag = state.Program.LastTag };
                return Await(rank, ref state, messages.Receive(rank, probed), RankActivity.Receiving);
            case OperationKind.Wait:
                return Await(rank, ref state, messages.RequestInSlot(rank, state.Call.Slot), RankActivity.Waiting);
            case OperationKind.Barrier:
            case OperationKind.Allreduce:
                return Await(rank, ref state, EnterCollective(rank, ref state), RankActivity.InCollective);
            case OperationKind.AllreduceImmediate:
                _ = EnterCollective(rank, ref state);
                return true;
            default:
                safePoints.End(rank);
                return false;
        }
    }

    private bool Await(int rank, ref RankState state, int request, RankActivity activity)
    {
        if (machine.Requests[request].IsComplete)
        {
            End(rank, ref state, request);
            return true;
        }

        state.Activity = activity;
        state.AwaitedRequest = request;
        return false;
    }

    private void End(int rank, ref RankState state, int request)
    {
        state.AwaitedRequest = 0;
        ref Request ended = ref machine.Requests[request];
        if (ended.Kind != RequestKind.Send)
            state.Program.Take(state.Call.Fold, ended.Value);
        if (ended.Kind == RequestKind.Receive)
        {
            state.Program.LastSource = ended.Source;
            state.Program.LastTag = ended.ReceivedTag;
        }

        messages.Free(rank, request);
    }

    private bool Probe(int rank, ref RankState state)
    {
        if (!messages.Probe(rank, state.Call, out int source, out int tag))
        {
            state.Activity = RankActivity.Probing;
            return false;
        }

        state.Program.LastSource = source;
        state.Program.LastTag = tag;
        return true;
    }

    private int EnterCollective(int rank, ref RankState state)
    {
        Operation call = state.Call;
        int request = messages.NewRequest(rank, RequestKind.Collective, call);
        int number = machine.Entered[(rank * machine.Program.Communicators.Count) + call.Communicator]++;
        bool isBarrier = call.Kind == OperationKind.Barrier;
        int sums = 0;
        if (!isBarrier)
        {
            sums = machine.Sums.Rent();
            machine.Sums[sums][0] = Value(state);
        }

        collectives.Enter(rank, call.Communicator, number, isBarrier ? CollectiveUse.ProgramBarrier : CollectiveUse.ProgramReduction, 0, sums, request);
        return request;
    }

    /// <summary>What a rank sends depends on all that it has received: a wrong delivery spreads to all results.</summary>
    private static ulong Value(in RankState state) =>
        state.Call.Value != 0 ? state.Call.Value : SeededRandom.Mix(state.Program.Result ^ ((ulong)state.Program.Counter * Scramble)) | 1;
}
