using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Network;

namespace HpcVirt.Simulation.Ranks;

/// <summary>The receiving side.</summary>
internal sealed partial class MessagePassing
{
    /// <summary>A message's envelope comes to its destination.</summary>
    public void Arrive(int arrived)
    {
        ref Message message = ref machine.Messages[arrived];
        int rank = message.Destination;
        ref RankState state = ref machine.Ranks[rank];
        int previous = 0;
        for (int request = state.PostedFirst; request != 0; previous = request, request = machine.Requests[request].NextPosted)
        {
            if (!machine.Requests[request].Matches(message.Source, message.Tag, message.Communicator))
                continue;
            RemovePosted(ref state, request, previous);
            checkers.Matched(rank, request, message);
            Deliver(rank, request, arrived);
            return;
        }

        if (state.TakesIn)
        {
            Capture(rank, arrived);
            return;
        }

        Append(ref state.UnexpectedFirst, ref state.UnexpectedLast, arrived);
        events.MessageWaits(rank);
    }

    /// <summary>A large message's content comes, behind its envelope.</summary>
    public void ContentArrives(int arrived)
    {
        ref Message message = ref machine.Messages[arrived];
        message.HasContent = true;
        Count(message);
        if (message.Receiver != 0)
            Complete(message.Destination, message.Receiver, arrived);
    }

    /// <summary>The library takes in all messages that have come and that no receive waits for.</summary>
    public void CaptureAll(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        int message = state.UnexpectedFirst;
        state.UnexpectedFirst = state.UnexpectedLast = 0;
        while (message != 0)
        {
            int next = machine.Messages[message].Next;
            Capture(rank, message);
            message = next;
        }
    }

    /// <summary>Puts a message of a checkpoint among those that were taken in.</summary>
    public void Restore(int rank, in Message saved)
    {
        int restored = machine.Messages.Rent();
        machine.Messages[restored] = saved;
        ref RankState state = ref machine.Ranks[rank];
        Append(ref state.CapturedFirst, ref state.CapturedLast, restored);
    }

    private void Capture(int rank, int taken)
    {
        ref RankState state = ref machine.Ranks[rank];
        ref Message message = ref machine.Messages[taken];
        message.IsCaptured = true;
        Append(ref state.CapturedFirst, ref state.CapturedLast, taken);
        if (message.IsLarge)
        {
            AskForContent(taken);
            return;
        }

        message.HasContent = true;
        Count(message);
    }

    /// <summary>Finds a receive its message among those that are there, or lets it wait for one.</summary>
    private void Offer(int rank, int request)
    {
        ref RankState state = ref machine.Ranks[rank];
        int message = Find(state.CapturedFirst, machine.Requests[request], out int previous);
        if (message != 0)
        {
            Remove(ref state.CapturedFirst, ref state.CapturedLast, message, previous);
            checkers.Matched(rank, request, machine.Messages[message]);
            if (machine.Messages[message].HasContent)
                Complete(rank, request, message);
            else
                machine.Messages[message].Receiver = request;
            return;
        }

        message = Find(state.UnexpectedFirst, machine.Requests[request], out previous);
        if (message != 0)
        {
            Remove(ref state.UnexpectedFirst, ref state.UnexpectedLast, message, previous);
            checkers.Matched(rank, request, machine.Messages[message]);
            Deliver(rank, request, message);
            return;
        }

        if (state.PostedLast == 0)
            state.PostedFirst = request;
        else
            machine.Requests[state.PostedLast].NextPosted = request;
        state.PostedLast = request;
    }

    private void Deliver(int rank, int request, int delivered)
    {
        ref Message message = ref machine.Messages[delivered];
        if (message.IsLarge)
        {
            message.Receiver = request;
            AskForContent(delivered);
            return;
        }

        Count(message);
        Complete(rank, request, delivered);
    }

    private void AskForContent(int asked)
    {
        ref Message message = ref machine.Messages[asked];
        long answer = machine.ArrivalNs(0);
        long leaves = answer + (message.Bytes * 1000L / machine.Network.Bandwidth);
        machine.At(leaves, EventKind.SendCompletes, message.Source, message.Request);
        machine.At(leaves + (machine.ArrivalNs(0) - machine.NowNs), EventKind.ContentArrives, message.Destination, asked);
    }

    private void Count(in Message message)
    {
        int pair = ledger.Pair(message.Destination, message.Source, message.Communicator);
        machine.Pairs[pair].Received += message.Sequence == fault.Message && fault.Kind == NetworkFaultKind.ReceivedOneTooMany ? 2 : 1;
        checkers.Taken(message);
        events.MessageCounted(message.Destination, pair);
    }

    private void Complete(int rank, int completed, int delivered)
    {
        ref Request request = ref machine.Requests[completed];
        ref Message message = ref machine.Messages[delivered];
        request.IsComplete = true;
        request.Value = message.Value;
        request.Source = message.Source;
        request.ReceivedTag = message.Tag;
        request.Sequence = message.Sequence;
        machine.Messages.Return(delivered);
        events.RequestCompleted(rank, completed);
    }

    private int Find(int first, in Request pattern, out int previous)
    {
        previous = 0;
        for (int message = first; message != 0; previous = message, message = machine.Messages[message].Next)
        {
            ref Message candidate = ref machine.Messages[message];
            if (pattern.Matches(candidate.Source, candidate.Tag, candidate.Communicator))
                return message;
        }

        return 0;
    }

    private void Append(ref int first, ref int last, int message)
    {
        machine.Messages[message].Next = 0;
        if (last == 0)
            first = message;
        else
            machine.Messages[last].Next = message;
        last = message;
    }

    private void Remove(ref int first, ref int last, int message, int previous)
    {
        int next = machine.Messages[message].Next;
        if (previous == 0)
            first = next;
        else
            machine.Messages[previous].Next = next;
        if (last == message)
            last = previous;
        machine.Messages[message].Next = 0;
    }

    private void RemovePosted(ref RankState state, int request, int previous)
    {
        int next = machine.Requests[request].NextPosted;
        if (previous == 0)
            state.PostedFirst = next;
        else
            machine.Requests[previous].NextPosted = next;
        if (state.PostedLast == request)
            state.PostedLast = previous;
        machine.Requests[request].NextPosted = 0;
    }
}
