using System;
using System.Collections.Generic;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Non-blocking messages: values, arrays, memory, delegates, errors.</summary>
public static class ImmediateCases
{
    public static void A_value_that_was_sent_immediately_arrives_with_source_tag_and_count(Intracommunicator world)
    {
        ReceiveRequest receive = world.ImmediateReceive<int>(Communicator.anySource, 4);
        Request send = world.ImmediateSend(100 + world.Rank, Ring.Next(world), 4);
        Expect.Equal(100 + Ring.Previous(world), (int)receive.GetValue()!, "value");
        CompletedStatus status = receive.Wait();
        Expect.Equal((Ring.Previous(world), 4, 1), (status.Source, status.Tag, status.Count()), "status");
        Expect.Equal(1, send.Wait().Count(), "count of the send");
    }

    public static void Values_of_every_kind_travel_by_immediate_messages(Intracommunicator world)
    {
        Exchange(world, true);
        Exchange(world, 'x');
        Exchange(world, 1.25m);
        Exchange(world, new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Exchange(world, (1, 2.5, 'c'));
        Exchange(world, "a string of one rank");
        Exchange<string?>(world, null);
        Exchange(world, new KeyValuePair<string, int>("five", 5));
    }

    public static void An_array_is_received_into_the_array_given_and_may_be_shorter(Intracommunicator world)
    {
        double[] room = new double[8];
        ReceiveRequest receive = world.ImmediateReceive(Ring.Previous(world), 0, room);
        Request send = world.ImmediateSend(new[] { 1.0, 2.0, world.Rank }, Ring.Next(world), 0);
        Expect.Equal(3, receive.Wait().Count(), "count");
        Expect.True(ReferenceEquals(room, receive.GetValue()), "GetValue is the array");
        Expect.Sequence([1.0, 2.0, Ring.Previous(world), 0], room.AsSpan(0, 4), "elements");
        send.Wait();
    }

    public static void An_array_of_strings_is_received_into_the_array_given(Intracommunicator world)
    {
        string[] room = ["", "", "left alone"];
        ReceiveRequest receive = world.ImmediateReceive(Communicator.anySource, 1, room);
        Request send = world.ImmediateSend(new[] { "one", $"{world.Rank}" }, Ring.Next(world), 1);
        Expect.Equal(2, receive.Wait().Count(), "count");
        Expect.Sequence(["one", $"{Ring.Previous(world)}", "left alone"], room.AsSpan(), "elements");
        send.Wait();
    }

    public static void Too_many_strings_for_the_array_are_reported_as_truncated(Intracommunicator world)
    {
        ReceiveRequest receive = world.ImmediateReceive(Ring.Previous(world), 1, new string[1]);
        Request send = world.ImmediateSend(new[] { "one", "two" }, Ring.Next(world), 1);
        Expect.Throws<MessageTruncatedException>(() => receive.Wait(), "two into one");
        Expect.Throws<MessageTruncatedException>(() => receive.Test(), "the failure stays");
        send.Wait();
    }

    public static void Memory_and_native_buffers_are_sent_and_received_in_place(Intracommunicator world)
    {
        using var send = new MpiBuffer<long>(1000);
        using var receive = new MpiBuffer<long>(1000);
        send.Span.Fill(world.Rank + 7);
        int[] array = [0, 1, 2, 3, 4, 5];
        ReceiveRequest[] receives =
        [
            world.ImmediateReceive(Ring.Previous(world), 0, receive),
            world.ImmediateReceive(Ring.Previous(world), 1, array.AsMemory(4, 2)),
        ];
        Request[] sends =
        [
            world.ImmediateSend(send, Ring.Next(world), 0),
            world.ImmediateSend(array.AsMemory(1, 2), Ring.Next(world), 1),
        ];
        Expect.Equal(1000, receives[0].Wait().Count(), "count into the buffer");
        Expect.Equal(2, receives[1].Wait().Count(), "count into the middle of the array");
        Expect.Equal(Ring.Previous(world) + 7L, receive[999], "last element");
        Expect.Sequence([0, 1, 2, 3, 1, 2], array.AsSpan(), "array");
        foreach (Request request in sends)
            request.Wait();
    }

    public static void The_delegate_is_called_once_when_the_receive_completes(Intracommunicator world)
    {
        var heard = new List<string>();
        ReceiveRequest text = world.ImmediateReceive<string>(Ring.Previous(world), 2, heard.Add);
        ReceiveRequest number = world.ImmediateReceive<int>(Ring.Previous(world), 3, value => heard.Add($"{value}"));
        Request[] sends = [world.ImmediateSend("text", Ring.Next(world), 2), world.ImmediateSend(5, Ring.Next(world), 3)];
        text.Wait();
        text.Wait();
        number.Wait();
        Expect.Sequence(["text", "5"], heard.ToArray().AsSpan(), "what the delegates heard");
        foreach (Request send in sends)
            send.Wait();
    }

    public static void Test_says_null_until_the_message_comes(Intracommunicator world)
    {
        ReceiveRequest direct = world.ImmediateReceive<int>(Ring.Previous(world), 6);
        ReceiveRequest serialized = world.ImmediateReceive<string>(Ring.Previous(world), 7);
        Expect.True(direct.Test() is null && serialized.Test() is null, "nothing has been sent");
        world.Barrier();
        Request[] sends = [world.ImmediateSend(1, Ring.Next(world), 6), world.ImmediateSend("x", Ring.Next(world), 7)];
        while (direct.Test() is null || serialized.Test() is null)
        {
        }

        Expect.Equal("x", (string)serialized.GetValue()!, "value");
        foreach (Request send in sends)
            send.Wait();
    }

    public static void A_synchronous_send_completes_only_after_the_receiver_has_come(Intracommunicator world)
    {
        Request send = world.ImmediateSynchronousSend<int>(new[] { world.Rank }, Ring.Next(world), 8);
        Request text = world.ImmediateSynchronousSend("late", Ring.Next(world), 9);
        world.Barrier();
        Expect.True(send.Test() is null && text.Test() is null, "nobody has received yet");
        world.Barrier();
        Expect.Equal(Ring.Previous(world), (int)world.ImmediateReceive<int>(Ring.Previous(world), 8).GetValue()!, "value");
        Expect.Equal("late", (string)world.ImmediateReceive<string>(Ring.Previous(world), 9).GetValue()!, "text");
        send.Wait();
        text.Wait();
    }

    public static void Send_and_receive_replace_turns_the_ring_by_one(Intracommunicator world)
    {
        int[] values = [world.Rank, -world.Rank];
        MessageStatus status = world.SendReceiveReplace<int>(values, Ring.Next(world), 3, Ring.Previous(world), 3);
        Expect.Equal(new MessageStatus(Ring.Previous(world), 3, 2), status, "status");
        Expect.Sequence([Ring.Previous(world), -Ring.Previous(world)], values.AsSpan(), "values");
    }

    public static void Immediate_messages_with_the_null_process_are_complete_and_empty(Intracommunicator world)
    {
        ReceiveRequest direct = world.ImmediateReceive<int>(Communicator.NullProcess, 0);
        ReceiveRequest serialized = world.ImmediateReceive<string>(Communicator.NullProcess, 0);
        world.ImmediateSend("swallowed", Communicator.NullProcess, 0).Wait();
        Expect.Equal((Communicator.NullProcess, 0), (direct.Wait().Source, direct.Wait().Count()), "direct");
        Expect.Equal((Communicator.NullProcess, 0), (serialized.Wait().Source, serialized.Wait().Count()), "serialized");
        Expect.True(serialized.GetValue() is null, "no value");
    }

    public static void An_impossible_rank_is_reported_when_the_request_is_made(Intracommunicator world)
    {
        Expect.Throws<MpiException>(() => world.ImmediateSend(1, world.Size, 0), "send");
        Expect.Throws<MpiException>(() => world.ImmediateReceive<int>(world.Size, 0), "receive");
        Expect.Throws<MpiException>(() => world.ImmediateReceive<string>(world.Size, 0), "serialized receive");
    }

    public static void Empty_arrays_and_memory_are_messages_too(Intracommunicator world)
    {
        Request[] sends = [world.ImmediateSend(Array.Empty<int>(), Ring.Next(world), 12), world.ImmediateSend(Memory<int>.Empty, Ring.Next(world), 12)];
        Expect.Equal(0, world.ImmediateReceive(Ring.Previous(world), 12, Array.Empty<int>()).Wait().Count(), "array");
        Expect.Equal(0, world.ImmediateReceive(Ring.Previous(world), 12, Memory<int>.Empty).Wait().Count(), "memory");
        foreach (Request send in sends)
            send.Wait();
    }

    [Ranks(Min = 2)]
    public static void A_message_longer_than_its_room_is_reported_by_wait(Intracommunicator world)
    {
        if (world.Rank == 0)
        {
            world.Send<int>([1, 2, 3], 1, 9);
        }
        else if (world.Rank == 1)
        {
            ReceiveRequest receive = world.ImmediateReceive(0, 9, new int[2]);
            Expect.Throws<MessageTruncatedException>(() => receive.Wait(), "three into two");
        }
    }

    public static void Long_messages_of_objects_cross_in_both_directions_while_all_ranks_send(Intracommunicator world)
    {
        // Longer than any eager limit: every send needs its receiver's help, while that one is itself sending.
        string large = new((char)('a' + world.Rank), 600_000);
        ReceiveRequest receive = world.ImmediateReceive<string>(Ring.Previous(world), 0);
        if (world.Size == 1)
            world.ImmediateSend(large, 0, 0).Wait();
        else
            world.Send(large, Ring.Next(world), 0);
        string received = (string)receive.GetValue()!;
        Expect.Equal((600_000, (char)('a' + Ring.Previous(world))), (received.Length, received[^1]), "text");
    }

    private static void Exchange<T>(Intracommunicator world, T value)
    {
        ReceiveRequest receive = world.ImmediateReceive<T>(Ring.Previous(world), 11);
        Request send = world.ImmediateSend(value, Ring.Next(world), 11);
        Expect.Equal(value, (T)receive.GetValue()!, typeof(T).Name);
        send.Wait();
    }
}
