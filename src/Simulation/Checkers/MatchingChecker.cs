using System.Collections.Generic;
using System.Linq;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Checkers;

/// <summary>
/// No message is lost, delivered twice, or delivered out of order: of the messages of a source on a communicator, a receive gets the first one that it
/// matches and that no receive has got, and of the receives that match a message, the first one posted gets it (MPI 4.1, section 3.5).
/// </summary>
internal sealed class MatchingChecker(int ranks, Findings findings)
{
    private readonly Dictionary<(int Source, int Destination, int Communicator), List<(long Sequence, int Tag)>> _undelivered = [];
    private readonly HashSet<long> _delivered = [];
    private readonly List<(int Request, Operation Call)>[] _posted = [.. Enumerable.Range(0, ranks).Select(_ => new List<(int, Operation)>())];

    public void Sent(in Message message)
    {
        (int, int, int) channel = (message.Source, message.Destination, message.Communicator);
        if (!_undelivered.TryGetValue(channel, out List<(long, int)>? messages))
            _undelivered.Add(channel, messages = []);
        messages.Add((message.Sequence, message.Tag));
    }

    public void Posted(int rank, int request, in Operation call) => _posted[rank].Add((request, call));

    public void Matched(int rank, int request, in Message message)
    {
        List<(int Request, Operation Call)> posted = _posted[rank];
        int index = posted.FindIndex(entry => entry.Request == request);
        Operation call = posted[index].Call;
        for (int earlier = 0; earlier < index; earlier++)
        {
            if (IsMatch(posted[earlier].Call, message))
                findings.Add($"order: {Describe(message)} goes to a receive although an earlier one of rank {rank} matches it");
        }

        posted.RemoveAt(index);
        if (!IsMatch(call, message))
            findings.Add($"order: {Describe(message)} goes to a receive of rank {rank} that it does not match");
        Remove(message, call);
    }

    /// <summary>The undelivered messages of the moment, for comparison with what a checkpoint holds, and for the job that is restarted from it.</summary>
    public HashSet<long> Undelivered() => [.. _undelivered.Values.SelectMany(channel => channel.Select(entry => entry.Sequence))];

    public bool IsDelivered(long sequence) => _delivered.Contains(sequence);

    /// <summary>At the end all is delivered.</summary>
    public void Ended()
    {
        foreach (((int source, int destination, int communicator), List<(long Sequence, int Tag)> messages) in _undelivered)
        {
            if (messages.Count > 0)
                findings.Add($"loss: {messages.Count} message(s) from rank {source} to rank {destination} on communicator {communicator} were never received, the first is {messages[0].Sequence}");
        }
    }

    private void Remove(in Message message, Operation call)
    {
        if (!_undelivered.TryGetValue((message.Source, message.Destination, message.Communicator), out List<(long Sequence, int Tag)>? messages))
            messages = [];
        long sequence = message.Sequence;
        int index = messages.FindIndex(entry => entry.Sequence == sequence);
        if (index < 0)
        {
            findings.Add($"duplication: {Describe(message)} is delivered again");
            return;
        }

        for (int earlier = 0; earlier < index; earlier++)
        {
            if (call.Tag == Operation.Any || call.Tag == messages[earlier].Tag)
                findings.Add($"order: {Describe(message)} overtakes message {messages[earlier].Sequence} of the same pair");
        }

        messages.RemoveAt(index);
        _delivered.Add(sequence);
    }

    private static bool IsMatch(in Operation call, in Message message) =>
        call.Communicator == message.Communicator && (call.Peer == Operation.Any || call.Peer == message.Source) && (call.Tag == Operation.Any || call.Tag == message.Tag);

    private static string Describe(in Message message) => $"message {message.Sequence} from rank {message.Source} to rank {message.Destination}";
}
