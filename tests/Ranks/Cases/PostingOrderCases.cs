using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Receives match in the order in which they were posted, also those of serialized values, which the binding matches itself.</summary>
public static class PostingOrderCases
{
    public static void Receives_of_objects_match_in_posting_order_whichever_is_waited_for_first(Intracommunicator world)
    {
        ReceiveRequest first = world.ImmediateReceive<string>(Communicator.anySource, Communicator.anyTag);
        ReceiveRequest second = world.ImmediateReceive<string>(Ring.Previous(world), 5);
        ReceiveRequest third = world.ImmediateReceive<string>(Communicator.anySource, 5);
        RequestList sends = Send(world, ("a", 5), ("b", 5), ("c", 5));
        Expect.Equal("c", (string)third.GetValue()!, "the last receive");
        Expect.Equal("b", (string)second.GetValue()!, "the one before");
        Expect.Equal("a", (string)first.GetValue()!, "the first");
        sends.WaitAll();
    }

    public static void A_later_receive_does_not_take_an_earlier_ones_message(Intracommunicator world)
    {
        ReceiveRequest tagged = world.ImmediateReceive<string>(Ring.Previous(world), 3);
        ReceiveRequest any = world.ImmediateReceive<string>(Ring.Previous(world), Communicator.anyTag);
        RequestList sends = Send(world, ("for any", 9), ("for three", 3));
        Expect.Equal("for any", (string)any.GetValue()!, "a message that only the later one fits");
        Expect.Equal("for three", (string)tagged.GetValue()!, "the other");
        sends.WaitAll();
    }

    public static void A_receive_of_numbers_queues_behind_a_receive_of_an_object(Intracommunicator world)
    {
        int[] numbers = new int[2];
        using PersistentRequest persistent = world.PersistentReceive(Communicator.anySource, 4, new int[1]);
        ReceiveRequest text = world.ImmediateReceive<string>(Ring.Previous(world), 4);
        ReceiveRequest array = world.ImmediateReceive(Ring.Previous(world), 4, numbers);
        persistent.Start();
        Request[] sends = [world.ImmediateSend("text", Ring.Next(world), 4), world.ImmediateSend(new[] { 1, 2 }, Ring.Next(world), 4), world.ImmediateSend(3, Ring.Next(world), 4)];
        Expect.Equal(1, persistent.Wait().Count(), "the third message, waited for first");
        Expect.Equal(2, array.Wait().Count(), "the second");
        Expect.Sequence([1, 2], numbers.AsSpan(), "numbers");
        Expect.Equal("text", (string)text.GetValue()!, "the first");
        foreach (Request send in sends)
            send.Wait();
    }

    public static void Blocking_receives_and_probes_leave_alone_what_was_promised(Intracommunicator world)
    {
        ReceiveRequest promised = world.ImmediateReceive<string>(Ring.Previous(world), 6);
        Request[] sends =
        [
            world.ImmediateSend("promised", Ring.Next(world), 6), world.ImmediateSend(new[] { 7L }, Ring.Next(world), 6),
            world.ImmediateSend("free", Ring.Next(world), 6), world.ImmediateSend(new[] { 8L }, Ring.Next(world), 6),
        ];
        Expect.Equal<int?>(1, world.Probe(Ring.Previous(world), 6).Count(typeof(long)), "the probe sees the second message");
        long[] room = new long[1];
        world.Receive<long>(Ring.Previous(world), 6, room.AsSpan());
        Expect.Equal(7L, room[0], "the second message");
        Expect.Equal("free", world.Receive<string>(Communicator.anySource, 6), "the third");
        world.MatchedProbe(Ring.Previous(world), 6).Receive<long>(room);
        Expect.Equal(8L, room[0], "the fourth");
        Expect.Equal("promised", (string)promised.GetValue()!, "the first");
        foreach (Request send in sends)
            send.Wait();
    }

    public static void Receives_of_different_communicators_do_not_meet(Intracommunicator world)
    {
        using var clone = (Intracommunicator)world.Clone();
        ReceiveRequest ofWorld = world.ImmediateReceive<string>(Communicator.anySource, 1);
        ReceiveRequest ofClone = clone.ImmediateReceive<string>(Communicator.anySource, 1);
        Request[] sends = [clone.ImmediateSend("clone", Ring.Next(world), 1), world.ImmediateSend("world", Ring.Next(world), 1)];
        Expect.Equal("clone", (string)ofClone.GetValue()!, "on the clone");
        Expect.Equal("world", (string)ofWorld.GetValue()!, "on world");
        foreach (Request send in sends)
            send.Wait();
    }

    public static void Random_receives_of_objects_and_numbers_match_as_the_standard_orders(Intracommunicator world)
    {
        // One sender per receiver, so that the order of matching is fixed: each message goes to the oldest receive that fits its tag.
        var random = new Random(20240131);
        const int Messages = 60;
        (int Wanted, bool IsText)[] receives = new (int, bool)[Messages];
        int[] sentTags = new int[Messages];
        for (int index = 0; index < Messages; index++)
        {
            bool isText = random.Next(2) == 0;
            int tag = random.Next(3);
            receives[index] = (random.Next(4) == 0 ? Communicator.anyTag : tag, isText);
            sentTags[index] = tag;
        }

        // Whom a message meets decides what it must be.
        int[] receiverOf = new int[Messages];
        bool[] taken = new bool[Messages];
        for (int message = 0; message < Messages; message++)
        {
            int receiver = 0;
            while (receiver < Messages && (taken[receiver] || !(receives[receiver].Wanted == Communicator.anyTag || receives[receiver].Wanted == sentTags[message])))
                receiver++;
            receiverOf[message] = receiver;
            if (receiver < Messages)
                taken[receiver] = true;
        }

        var posted = new ReceiveRequest[Messages];
        for (int index = 0; index < Messages; index++)
        {
            posted[index] = receives[index].IsText
                ? world.ImmediateReceive<string>(Ring.Previous(world), receives[index].Wanted)
                : world.ImmediateReceive<int>(Ring.Previous(world), receives[index].Wanted);
        }

        var sends = new RequestList();
        for (int message = 0; message < Messages; message++)
        {
            if (receiverOf[message] == Messages)
                continue;
            sends.Add(receives[receiverOf[message]].IsText
                ? world.ImmediateSend($"{message}", Ring.Next(world), sentTags[message])
                : world.ImmediateSend(message, Ring.Next(world), sentTags[message]));
        }

        for (int message = Messages - 1; message >= 0; message--)
        {
            if (receiverOf[message] < Messages)
                Expect.Equal($"{message}", $"{posted[receiverOf[message]].GetValue()}", $"what receive {receiverOf[message]} got");
        }

        sends.WaitAll();
        for (int index = 0; index < Messages; index++)
        {
            if (!taken[index])
                posted[index].Cancel();
        }
    }

    private static RequestList Send(Intracommunicator world, params ReadOnlySpan<(string Text, int Tag)> messages)
    {
        var sends = new RequestList();
        foreach ((string text, int tag) in messages)
            sends.Add(world.ImmediateSend(text, Ring.Next(world), tag));
        return sends;
    }
}
