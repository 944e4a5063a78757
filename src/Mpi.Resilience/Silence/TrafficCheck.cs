using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using HpcVirt.Mpi.Resilience.Agreement;
using MPI;
using MPI.Native;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Silence;

/// <summary>
/// Proves that no message of the program is in flight before its state is saved. Every pair's counters enter one sum, the sender's with plus and
/// the receiver's with minus, each pair weighted with its own hash: the sum over all ranks is zero when all pairs are equal, and otherwise only
/// with probability 2^-128. One reduction of 24 bytes, whatever the number of ranks; only a refusal costs more, to name what is wrong.
/// </summary>
internal static class TrafficCheck
{
    private const ulong SecondLane = 0xA0761D6478BD642F;

    /// <summary>Collective. Null when the job is silent; otherwise why not, the same words on all ranks.</summary>
    public static string? Refusal(BoundedCollectives collectives)
    {
        List<PairCount> pairs = Pairs(collectives.Rank, out string? outsider);
        Span<ulong> sums = stackalloc ulong[3];
        foreach (PairCount pair in pairs)
        {
            ulong difference = (ulong)(pair.Sent - pair.Received);
            sums[0] += difference * Weight(pair, 0);
            sums[1] += difference * Weight(pair, SecondLane);
        }

        List<string> open = HeldOpen(collectives.Rank);
        sums[2] = (ulong)open.Count + (outsider is null ? 0UL : 1UL);
        collectives.Sum(sums);
        return sums[0] == 0 && sums[1] == 0 && sums[2] == 0 ? null : Explain(collectives, pairs, outsider is null ? open : [.. open, outsider]);
    }

    /// <summary>This rank's half of every pair it has to do with, in world ranks: sent counts for (me, peer), received counts for (peer, me).</summary>
    private static List<PairCount> Pairs(int me, out string? outsider)
    {
        var pairs = new List<PairCount>();
        outsider = null;
        foreach (Communicator communicator in TrafficLedger.Communicators)
        {
            if (communicator.Traffic is not { } traffic)
                continue;
            foreach (PeerTraffic peer in traffic.Peers())
            {
                int world = WorldRank(communicator, peer.Peer, me);
                if (world < 0)
                {
                    outsider = $"rank {me} has exchanged messages on {communicator.Name} with a process outside the job (spawned or connected)";
                    continue;
                }

                pairs.Add(new PairCount(traffic.CommunicatorId, me, world, peer.Sent, 0));
                pairs.Add(new PairCount(traffic.CommunicatorId, world, me, 0, peer.Received));
            }
        }

        return pairs;
    }

    private static unsafe int WorldRank(Communicator communicator, int peer, int me)
    {
        if (ReferenceEquals(communicator, Communicator.world))
            return peer;
        if (ReferenceEquals(communicator, Communicator.self))
            return me;
        using Group world = Communicator.world.Group;
        nint peers = 0;
        int code = communicator is Intercommunicator
            ? NativeMpi.MPI_Comm_remote_group(communicator.Handle, &peers)
            : NativeMpi.MPI_Comm_group(communicator.Handle, &peers);
        ErrorCheck.ThrowIfFailed(code, "MPI_Comm_group", communicator);
        using Group group = Group.Adopt(peers);
        int translated = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_translate_ranks(group.Handle, 1, &peer, world.Handle, &translated), "MPI_Group_translate_ranks", communicator);
        return translated == Abi.Undefined ? -1 : translated;
    }

    private static ulong Weight(PairCount pair, ulong lane) =>
        AgreedIds.Mix(pair.Communicator ^ lane ^ AgreedIds.Mix(((ulong)(uint)pair.Source << 32) | (uint)pair.Destination));

    /// <summary>What this rank holds open besides messages on their way; each would be lost with the process.</summary>
    private static List<string> HeldOpen(int me) =>
    [
        .. (TrafficLedger.Requests?.All() ?? []).Select(request => $"rank {me} has a live request: {request.Describe()}"),
        .. (TrafficLedger.Held?.All ?? []).Select(message => $"rank {me} holds a message that a matched probe took and nobody received: {message}"),
        .. Window.All.Where(window => window.HasOpenEpoch).Select(window => $"rank {me} has an open epoch on {window}: {window.HowToClose()}"),
    ];

    /// <summary>Gathers both halves of the unequal pairs and puts them into words. Only the unhappy path comes here.</summary>
    private static string Explain(BoundedCollectives collectives, List<PairCount> pairs, List<string> others)
    {
        string mine = string.Join('\n', pairs.Select(pair => pair.Encode())) + "\n--\n" + string.Join('\n', others.Take(8));
        var counts = new Dictionary<(ulong, int, int), (long Sent, long Received)>();
        var words = new List<string>();
        foreach (byte[] encoded in collectives.Gather(Encoding.UTF8.GetBytes(mine)))
        {
            string[] parts = Encoding.UTF8.GetString(encoded).Split("\n--\n");
            foreach (PairCount pair in parts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(PairCount.Decode))
            {
                (ulong, int, int) key = (pair.Communicator, pair.Source, pair.Destination);
                (long sent, long received) = counts.GetValueOrDefault(key);
                counts[key] = (sent + pair.Sent, received + pair.Received);
            }

            words.AddRange(parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        foreach (((ulong communicator, int source, int destination), (long sent, long received)) in counts.OrderBy(entry => entry.Key))
        {
            if (sent != received)
                words.Add($"{sent - received} message(s) from rank {source} to rank {destination} on {NameOf(communicator)} are in flight (sent {sent}, received {received})");
        }

        return string.Join("; ", words.Take(12)) + (words.Count > 12 ? $"; and {words.Count - 12} more" : "");
    }

    private static string NameOf(ulong communicator) =>
        TrafficLedger.Communicators.FirstOrDefault(known => known.AgreedId == communicator)?.Name ?? $"communicator {communicator:x8}";

    /// <summary>One side's count of the messages from one world rank to another on one communicator.</summary>
    private readonly record struct PairCount(ulong Communicator, int Source, int Destination, long Sent, long Received)
    {
        public string Encode() => FormattableString.Invariant($"{Communicator} {Source} {Destination} {Sent} {Received}");

        public static PairCount Decode(string text)
        {
            string[] fields = text.Split(' ');
            return new PairCount(ulong.Parse(fields[0]), int.Parse(fields[1]), int.Parse(fields[2]), long.Parse(fields[3]), long.Parse(fields[4]));
        }
    }
}
