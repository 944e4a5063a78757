using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Crossing;

/// <summary>
/// What is in flight over a safe point on this rank: the requests that the program has named, and the messages that were captured. Makes the record of
/// it for a checkpoint, and puts it back in place after a restart.
/// </summary>
internal sealed class CrossingRequests
{
    private readonly Dictionary<string, InFlight> _slots = [];
    private InFlightRecord? _restored;
    private long _order;

    /// <summary>The region that holds the record.</summary>
    public CheckpointRegion Region { get; }

    public CrossingRequests() => Region = new ObjectRegion(
        InFlightRecord.RegionName,
        () => Record().Encode(),
        bytes => _restored = InFlightRecord.Decode(bytes, InFlightRecord.RegionName));

    public long NextOrder() => ++_order;

    /// <summary>Declares a request that may be live over a safe point.</summary>
    public InFlight Declare(string name, Func<Request> post)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(post);
        var slot = new InFlight(this, name, post);
        return _slots.TryAdd(name, slot)
            ? slot
            : throw new ResilienceException($"InFlight '{name}' is declared twice. Give every request that is live over the loop's header a name of its own.");
    }

    /// <summary>What is in flight now, in the silence.</summary>
    public InFlightRecord Record() => new(
        [.. _slots.Values.Where(static slot => slot.IsLive).OrderBy(static slot => slot.Order).Select(Describe)],
        [.. TrafficLedger.Communicators.SelectMany(Captured), .. TrafficLedger.Unclaimed.SelectMany(static entry => entry.Value.Select(message => Captured(entry.Key, message)))]);

    /// <summary>Puts back in place what a checkpoint had in flight. After the regions are filled, and once.</summary>
    public void Reinstate()
    {
        if (_restored is not { } record)
            return;
        _restored = null;
        foreach (IGrouping<ulong, CapturedRecord> messages in record.Messages.GroupBy(static message => message.Communicator))
            TrafficLedger.Restore(messages.Key, [.. messages.Select(static message => CapturedMessage.Restored(message.Source, message.Tag, message.Payload))]);
        foreach (LiveRequestRecord request in record.Requests)
        {
            if (!_slots.TryGetValue(request.Name, out InFlight? slot))
            {
                throw new ResilienceException(
                    $"The checkpoint has a request '{request.Name}' in flight that this program does not declare. Declare it with InFlight before Restore, or start the program that wrote the checkpoint.");
            }

            Reinstate(slot, request);
        }
    }

    private static void Reinstate(InFlight slot, LiveRequestRecord request)
    {
        CapturedMessage? arrival = request.Kind == LiveRequestKind.Received ? CapturedMessage.Restored(request.Source, request.Tag, request.Payload) : null;
        try
        {
            slot.Replay(new ReplayedStart(request.Kind == LiveRequestKind.Sent, arrival).Run);
        }
        catch (InvalidOperationException misfit)
        {
            throw new ResilienceException($"InFlight '{request.Name}' cannot be started again: {misfit.Message}.", misfit);
        }
    }

    private static LiveRequestRecord Describe(InFlight slot)
    {
        Request request = slot.Request!;
        if (request.MustComplete)
            return new LiveRequestRecord(slot.Name, LiveRequestKind.Sent, 0, 0, []);
        return request.IsCompleteEarly
            ? new LiveRequestRecord(slot.Name, LiveRequestKind.Received, request.EarlyStatus.Source, request.EarlyStatus.Tag, request.EarlyPayload().ToArray())
            : new LiveRequestRecord(slot.Name, LiveRequestKind.Posted, 0, 0, []);
    }

    private static IEnumerable<CapturedRecord> Captured(Communicator communicator) =>
        communicator.Posted is { } posted ? posted.Captured.All.Select(message => Captured(communicator.AgreedId, message)) : [];

    private static CapturedRecord Captured(ulong communicator, CapturedMessage message) => new(communicator, message.Source, message.Tag, message.Payload.ToArray());
}
