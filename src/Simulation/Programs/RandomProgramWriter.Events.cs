using System;
using System.Collections.Generic;

namespace HpcVirt.Simulation.Programs;

/// <summary>The events on the line of moments, each with the reason why it is legal.</summary>
internal sealed partial class RandomProgramWriter
{
    private const int EarlyMax = 4;
    private const int LateMax = 12;

    /// <summary>
    /// One message. On its pair and tag, receives are posted in the order of the sends, each later than the one before; so the n-th receive gets the n-th message.
    /// </summary>
    private void WriteMessage()
    {
        int source = _random.Below(_options.Ranks);
        int destination = _random.Below(_options.Ranks);
        bool anyTag = _random.OneIn(3);
        int communicator = anyTag ? AnyTag : Pairs;
        int tag = _random.Below(3);
        (int, int, int, int) key = (communicator, source, destination, anyTag ? Operation.Any : tag);
        int post = _random.OneIn(3) ? _moment : _moment - EarlyMax + _random.Below(EarlyMax + LateMax);
        post = Math.Max(post, _lastPost.GetValueOrDefault(key) + 1);
        _lastPost[key] = post;
        int bytes = RandomBytes();
        var send = new Operation(OperationKind.Send) { Peer = destination, Tag = tag, Communicator = communicator, Bytes = bytes };
        var receive = new Operation(OperationKind.Receive)
        {
            Peer = source,
            Tag = anyTag && _random.OneIn(2) ? Operation.Any : tag,
            Communicator = communicator,
            Fold = Fold.Ordered,
        };

        // A blocking send of a large message needs its receive posted, by an earlier moment or by this one.
        bool mayBlock = !IsLarge(bytes) || post < _moment || (post == _moment && source != destination);
        if (mayBlock && _random.OneIn(2))
            Call(source, _moment, send);
        else
            SendImmediate(source, _moment, send, post);
        if (post >= _moment && _random.OneIn(2))
        {
            Call(destination, post, receive);
            return;
        }

        int slot = NewSlot(destination);
        Call(destination, post, receive with { Kind = OperationKind.ReceiveImmediate, Slot = slot });
        Wait(destination, Math.Max(post, _moment) + _random.Below(5), slot, Fold.Ordered);
    }

    /// <summary>Everybody sends to the right and receives from the left.</summary>
    private void WriteRing()
    {
        int bytes = RandomBytes();
        for (int rank = 0; rank < _options.Ranks; rank++)
        {
            int right = (rank + 1) % _options.Ranks;
            int left = (rank + _options.Ranks - 1) % _options.Ranks;
            int slot = NewSlot(rank);
            Call(rank, _moment, new Operation(OperationKind.SendImmediate) { Peer = right, Communicator = Ring, Bytes = bytes, Slot = slot });
            Call(rank, _moment, new Operation(OperationKind.Receive) { Peer = left, Communicator = Ring, Fold = Fold.Ordered });
            Wait(rank, _moment, slot);
        }
    }

    /// <summary>
    /// Many send to one, which receives from any source: in calls that wait, by probes, or posted earlier. The tag is the event's own, so that no other receive
    /// can take one of its messages; and the results are added, so that their order does not matter.
    /// </summary>
    private void WriteFanIn()
    {
        int root = _random.Below(_options.Ranks);
        int tag = _moment;
        int messages = 0;
        for (int source = 0; source < _options.Ranks; source++)
        {
            if (source == root || _random.OneIn(3))
                continue;
            messages++;
            int bytes = RandomBytes();
            var send = new Operation(OperationKind.Send) { Peer = root, Tag = tag, Communicator = FanIn, Bytes = bytes };
            int sent = _moment - _random.Below(EarlyMax);
            if (sent == _moment || (!IsLarge(bytes) && _random.OneIn(2)))
                Call(source, sent, send);
            else
                SendImmediate(source, sent, send, _moment);
        }

        for (int received = 0; received < messages; received++)
        {
            var receive = new Operation(OperationKind.Receive) { Peer = Operation.Any, Tag = tag, Communicator = FanIn, Fold = Fold.Sum };
            switch (_random.Below(3))
            {
                case 0:
                    Call(root, _moment, receive);
                    break;
                case 1:
                    Call(root, _moment, receive with { Kind = OperationKind.Probe });
                    Call(root, _moment, receive with { Kind = OperationKind.ReceiveProbed });
                    break;
                default:
                    int slot = NewSlot(root);
                    Call(root, _moment - _random.Below(EarlyMax), receive with { Kind = OperationKind.ReceiveImmediate, Slot = slot });
                    Wait(root, _moment, slot, Fold.Sum);
                    break;
            }
        }
    }

    /// <summary>A collective of all ranks or of some, in one moment; a non-blocking one is waited for later.</summary>
    private void WriteCollective()
    {
        int communicator = _random.OneIn(3) ? World : FirstPart + _random.Below(Math.Max(1, _communicators.Count - FirstPart));
        if (communicator >= _communicators.Count)
            communicator = World;
        int kind = _random.Below(3);
        for (int rank = 0; rank < _options.Ranks; rank++)
        {
            if (_communicators[communicator] is { } members && Array.IndexOf(members, rank) < 0)
                continue;
            if (kind == 2)
            {
                int slot = NewSlot(rank);
                Call(rank, _moment, new Operation(OperationKind.AllreduceImmediate) { Communicator = communicator, Slot = slot });
                Wait(rank, _moment + 1 + _random.Below(LateMax), slot, Fold.Ordered);
                continue;
            }

            Call(rank, _moment, new Operation(kind == 0 ? OperationKind.Barrier : OperationKind.Allreduce) { Communicator = communicator, Fold = Fold.Ordered });
        }
    }

    /// <summary>A non-blocking collective that some ranks enter much later than others: legal, for all wait for it later still.</summary>
    private void WriteSplitCollective()
    {
        int enterMax = _options.EventsPerStep * 2;
        int previous = _lastPost.GetValueOrDefault((Split, 0, 0, 0));
        int from = Math.Max(_moment, previous);
        for (int rank = 0; rank < _options.Ranks; rank++)
        {
            int slot = NewSlot(rank);
            Call(rank, from + _random.Below(enterMax), new Operation(OperationKind.AllreduceImmediate) { Communicator = Split, Slot = slot });
            Wait(rank, from + enterMax + 1 + _random.Below(4), slot, Fold.Ordered);
        }

        _lastPost[(Split, 0, 0, 0)] = from + enterMax + 1;
    }
}
