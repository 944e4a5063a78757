using HpcVirt.Simulation.Checkers;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Ranks;

/// <summary>
/// Point-to-point messages by MPI's rules: matching in the order of posting and of arrival, messages of a pair never overtaking one another, a large message
/// leaving its sender only when the receiver has matched it. And the library's part of it: messages that were taken in are delivered first.
/// </summary>
internal sealed partial class MessagePassing(Machine machine, Ledger ledger, JobCheckers checkers, NetworkFault fault, IRankEvents events)
{
    // A message that is overtaken is so late that those behind it come first.
    private const int OvertakenBy = 200;

    private long _orders;

    /// <summary>Begins a send. The request, or 0 when nothing is left to wait for.</summary>
    public int Send(int rank, in Operation call, ulong value)
    {
        int pair = ledger.Pair(rank, call.Peer, call.Communicator);
        int sent = machine.Messages.Rent();
        ref Message message = ref machine.Messages[sent];
        message.Kind = MessageKind.Program;
        message.Source = rank;
        message.Destination = call.Peer;
        message.Communicator = call.Communicator;
        message.Tag = call.Tag;
        message.Bytes = call.Bytes;
        message.Value = value;
        message.Sequence = ++machine.MessagesSent;
        message.IsLarge = call.Bytes > machine.Network.EagerBytes;
        if (message.IsLarge)
            message.Request = NewRequest(rank, RequestKind.Send, call);
        machine.Pairs[pair].Sent++;
        checkers.Sent(message);
        Carry(sent, ref machine.Pairs[pair]);
        return message.Request;
    }

    /// <summary>Begins a receive. The request, which may be complete already.</summary>
    public int Receive(int rank, in Operation call)
    {
        int request = NewRequest(rank, RequestKind.Receive, call);
        checkers.Posted(rank, request, call);
        Offer(rank, request);
        return request;
    }

    /// <summary>Looks for a message that a receive would match, without taking it.</summary>
    public bool Probe(int rank, in Operation call, out int source, out int tag)
    {
        ref RankState state = ref machine.Ranks[rank];
        var pattern = new Request { Peer = call.Peer, Tag = call.Tag, Communicator = call.Communicator };
        int found = Find(state.CapturedFirst, pattern, out _);
        if (found == 0)
            found = Find(state.UnexpectedFirst, pattern, out _);
        source = found == 0 ? 0 : machine.Messages[found].Source;
        tag = found == 0 ? 0 : machine.Messages[found].Tag;
        return found != 0;
    }

    /// <summary>The end of a request that the program has waited for.</summary>
    public void Free(int rank, int request)
    {
        ref int link = ref machine.Ranks[rank].Requests;
        while (link != request)
            link = ref machine.Requests[link].NextOfRank;
        link = machine.Requests[request].NextOfRank;
        machine.Requests.Return(request);
    }

    public int NewRequest(int rank, RequestKind kind, in Operation call)
    {
        int made = machine.Requests.Rent();
        ref Request request = ref machine.Requests[made];
        ref RankState state = ref machine.Ranks[rank];
        request.Kind = kind;
        request.Slot = call.Slot;
        request.Peer = call.Peer;
        request.Tag = call.Tag;
        request.Communicator = call.Communicator;
        request.Order = _orders++;
        request.NextOfRank = state.Requests;
        state.Requests = made;
        return made;
    }

    public int RequestInSlot(int rank, int slot)
    {
        int request = machine.Ranks[rank].Requests;
        while (request != 0 && machine.Requests[request].Slot != slot)
            request = machine.Requests[request].NextOfRank;
        return request;
    }

    public void SendCompleted(int rank, int request)
    {
        machine.Requests[request].IsComplete = true;
        events.RequestCompleted(rank, request);
    }

    /// <summary>A send of a small message is complete when it is begun, but a program that named it waits for it by name.</summary>
    public int CompletedSend(int rank, in Operation call)
    {
        int request = NewRequest(rank, RequestKind.Send, call);
        machine.Requests[request].IsComplete = true;
        return request;
    }

    private void Carry(int sent, ref Pair pair)
    {
        ref Message message = ref machine.Messages[sent];
        bool isFaulty = message.Sequence == fault.Message;
        long arrival = machine.ArrivalNs(message.IsLarge ? 0 : message.Bytes);
        if (isFaulty && fault.Kind == NetworkFaultKind.Reorder)
        {
            machine.At(arrival + (OvertakenBy * machine.Network.LatencyNs), EventKind.MessageArrives, message.Destination, sent);
            return;
        }

        // Messages of a pair on a communicator do not overtake one another.
        if (arrival <= pair.LastArrivalNs)
            arrival = pair.LastArrivalNs + 1;
        pair.LastArrivalNs = arrival;
        if (isFaulty && fault.Kind == NetworkFaultKind.SentOneTooMany)
            pair.Sent++;
        if (isFaulty && fault.Kind == NetworkFaultKind.Drop)
            return;
        machine.At(arrival, EventKind.MessageArrives, message.Destination, sent);
        if (isFaulty && fault.Kind == NetworkFaultKind.Duplicate)
        {
            int again = machine.Messages.Rent();
            machine.Messages[again] = machine.Messages[sent];
            machine.Messages[again].IsLarge = false;
            machine.At(machine.ArrivalNs(message.Bytes), EventKind.MessageArrives, message.Destination, again);
        }
    }
}
