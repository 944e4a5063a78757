using System;
using System.Linq;
using HpcVirt.Ranks.Harness;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>The ledger: over all ranks, what was sent equals what was received exactly when nothing is in flight.</summary>
public static class TrafficCases
{
    public static void After_random_traffic_of_every_kind_all_pairs_agree(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        var random = new Random(7);
        long sentHere = 0;
        for (int message = 0; message < 150; message++)
        {
            // Every rank draws the same numbers, and so knows both ends of every message.
            int from = random.Next(world.Size);
            int to = random.Next(world.Size);
            int sendKind = random.Next(RandomTraffic.SendKinds);
            int receiveKind = random.Next(RandomTraffic.ReceiveKinds);
            Request? send = world.Rank == from ? RandomTraffic.Send(counted, to, message, sendKind) : null;
            if (world.Rank == to)
                RandomTraffic.Receive(counted, from, message, receiveKind);
            send?.Wait();
            (send as IDisposable)?.Dispose();
            sentHere += world.Rank == from ? 1 : 0;
        }

        Expect.Equal(0, PairCounters.Differences(world, counted).Count, "pairs that differ");
        Expect.Equal(sentHere, PairCounters.SentHere(counted), "every message counts once");
        Expect.Equal(0, TrafficLedger.Requests!.Count, "live requests");
    }

    public static void Exchanges_with_oneself_and_with_neighbours_agree(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        int[] values = [world.Rank];
        counted.SendReceiveReplace<int>(values, Ring.Next(world), 1, Ring.Previous(world), 1);
        counted.Sendrecv<int>([1], world.Rank, 2, values, world.Rank, 2);
        counted.SendReceive("text", Ring.Next(world), 3, Ring.Previous(world), 3, out string _);
        counted.SendReceive(5, Ring.Next(world), 4, Communicator.anySource, Communicator.anyTag, out int _);
        Expect.Equal(0, PairCounters.Differences(world, counted).Count, "pairs that differ");
        Expect.Equal(4L, PairCounters.SentHere(counted), "messages sent");
    }

    public static void The_null_process_is_no_peer(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        using PersistentRequest persistent = counted.PersistentReceive(Communicator.NullProcess, 0, new int[1]);
        persistent.Start();
        persistent.Wait();
        counted.ImmediateSend(1, Communicator.NullProcess, 0).Wait();
        counted.ImmediateSend("one", Communicator.NullProcess, 0).Wait();
        counted.ImmediateReceive<int>(Communicator.NullProcess, 0).Wait();
        counted.ImmediateReceive<string>(Communicator.NullProcess, 0).Wait();
        counted.Send<int>([1], Communicator.NullProcess, 0);
        counted.Receive<int>(Communicator.NullProcess, 0, new int[1]);
        counted.Receive<string>(Communicator.NullProcess, 0);
        counted.MatchedProbe(Communicator.NullProcess, 0).Receive<int>(new int[1]);
        counted.SendReceiveReplace<int>(new int[1], Communicator.NullProcess, 0, Communicator.NullProcess, 0);
        Expect.Equal(0, counted.Traffic!.Peers().Count(), "peers");
    }

    public static void A_message_in_flight_makes_exactly_its_pair_differ(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        int last = world.Size - 1;
        Request? send = world.Rank == 0 ? counted.ImmediateSend("in flight", last, 0) : null;
        Expect.Sequence([(0, last, 1L)], PairCounters.Differences(world, counted).ToArray().AsSpan(), "while it is in flight");
        if (world.Rank == last)
            counted.Receive<string>(0, 0);
        send?.Wait();
        Expect.Equal(0, PairCounters.Differences(world, counted).Count, "pairs that differ after it was received");
    }

    public static void A_message_that_a_matched_probe_holds_is_in_flight_and_named(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        counted.Name = "the counted one";
        Request send = counted.ImmediateSend(3, Ring.Next(world), 5);
        MatchedMessage message = counted.MatchedProbe(Ring.Previous(world), 5);
        Expect.Equal(world.Size, PairCounters.Differences(world, counted).Count, "pairs that differ while it is held");
        Expect.Equal($"matched message from {Ring.Previous(world)}, tag 5, on the counted one", $"{TrafficLedger.Held!.All.Single()}", "its name");
        message.Receive<int>();
        send.Wait();
        Expect.Equal((0, 0), (PairCounters.Differences(world, counted).Count, TrafficLedger.Held.Count), "after it was received");
    }

    [Ranks(Min = 2)]
    public static void A_truncated_message_has_arrived_and_a_cancelled_receive_has_not(Intracommunicator world)
    {
        // Not on one rank: Open MPI 4.1 cuts a message to oneself short without a word.
        using Intracommunicator counted = Counted(world);
        ReceiveRequest never = counted.ImmediateReceive<int>(Ring.Previous(world), 9);
        ReceiveRequest neverText = counted.ImmediateReceive<string>(Ring.Previous(world), 9);
        ReceiveRequest tooShort = counted.ImmediateReceive(Ring.Previous(world), 1, new int[1]);
        Request send = counted.ImmediateSend(new[] { 1, 2 }, Ring.Next(world), 1);
        Expect.Throws<MessageTruncatedException>(() => tooShort.Wait(), "two into one");
        send.Wait();
        never.Cancel();
        neverText.Cancel();
        Expect.Equal(0, PairCounters.Differences(world, counted).Count, "pairs that differ");
        Expect.Equal(0, TrafficLedger.Requests!.Count, "live requests");
    }

    public static void A_refused_send_counts_nothing(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        Expect.Throws<MpiException>(() => counted.ImmediateSend(1, 0, -5), "a tag that cannot be");
        Expect.Throws<MpiException>(() => counted.Send<int>([1], 0, -5), "the same, blocking");
        Expect.Throws<MpiException>(() => counted.Send<int>([1], 100_000, 0), "a rank that cannot be");
        Expect.Equal(0L, PairCounters.SentHere(counted), "messages sent");
    }

    public static void Live_requests_are_listed_by_what_they_are(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        counted.Name = "here";
        using PersistentRequest persistent = counted.PersistentReceive(Communicator.anySource, 7, new int[1]);
        persistent.Start();
        ReceiveRequest number = counted.ImmediateReceive(Ring.Previous(world), Communicator.anyTag, new int[1]);
        ReceiveRequest text = counted.ImmediateReceive<string>(Communicator.anySource, 3);
        string[] names = [.. TrafficLedger.Requests!.All().Select(request => request.Describe()).Reverse()];
        Expect.Sequence(
            ["persistent receive from any rank, tag 7, on here", $"MPI_Irecv from {Ring.Previous(world)}, any tag, on here", "receive of a String from any rank, tag 3, on here"],
            names.AsSpan(),
            "names");
        foreach (Request request in (Request[])[persistent, number, text])
            request.Cancel();
        Expect.Equal(0, TrafficLedger.Requests.Count, "live requests");
    }

    [Ranks(Min = 2)]
    public static void Traffic_between_two_groups_agrees_by_the_ranks_of_the_other_group(Intracommunicator world)
    {
        TrafficLedger.SwitchOn();
        world.Barrier();
        using var half = (Intracommunicator)world.Split(world.Rank % 2, 0)!;
        using var inter = new Intercommunicator(half, 0, world, 1 - (world.Rank % 2), 2);
        Request? send = inter.Rank < inter.RemoteSize ? inter.ImmediateSend("across", inter.Rank, 0) : null;
        bool isReceiver = inter.Rank < inter.RemoteSize;
        Expect.Equal(2 * (world.Size / 2), PairCounters.Differences(world, inter).Count, "in flight");
        if (isReceiver)
            inter.Receive<string>(Communicator.anySource, 0);
        send?.Wait();
        Expect.Equal(0, PairCounters.Differences(world, inter).Count, "pairs that differ");
    }

    public static void Started_collectives_are_counted_and_live_until_they_complete(Intracommunicator world)
    {
        using Intracommunicator counted = Counted(world);
        long before = counted.Traffic!.Collectives;
        Request barrier = counted.ImmediateBarrier();
        Expect.Equal(1, TrafficLedger.Requests!.Count, "live requests");
        barrier.Wait();
        counted.ImmediateAllreduce(new int[1].AsMemory(), Operation<int>.Add).Wait();
        Expect.Equal((before + 2, 0), (counted.Traffic.Collectives, TrafficLedger.Requests.Count), "collectives and live requests");
    }

    /// <summary>A fresh communicator whose traffic is counted from its first message on.</summary>
    private static Intracommunicator Counted(Intracommunicator world)
    {
        TrafficLedger.SwitchOn();
        return (Intracommunicator)world.Clone();
    }
}
