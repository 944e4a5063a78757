using System;
using System.Collections.Generic;
using HpcVirt.Mpi.Resilience.Quiesce;
using HpcVirt.Ranks.Harness;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>The pitfalls of a quiesce that stand between messages and requests, each by name; PitfallOfCommunicatorsCases has the others.</summary>
public static class PitfallCases
{
    public static void Pitfall_01_the_null_process_is_not_counted(Intracommunicator world)
    {
        using var silence = new Silence(world);
        world.Send<int>([1], Communicator.NullProcess, 0);
        world.ImmediateSend(1, Communicator.NullProcess, 0).Wait();
        world.Receive<int>(Communicator.NullProcess, 0, new int[1]);
        world.SendReceiveReplace<int>(new int[1], Communicator.NullProcess, 0, Communicator.NullProcess, 0);
        Expect.Equal(0L, silence.Reach().CapturedMessages, "captured messages");
        Expect.Equal(Communicator.NullProcess, world.Receive<int>(Communicator.NullProcess, 0, new int[1]).Source, "a receive from nobody after it");
    }

    [Ranks(Min = 2)]
    public static void Pitfall_02_a_captured_message_is_counted_once(Intracommunicator world)
    {
        using var silence = new Silence(world);
        using var counted = (Intracommunicator)world.Clone();
        int previous = Ring.Previous(world);
        counted.Send<int>([1], Ring.Next(world), 1);
        silence.Reach();
        Expect.Equal(1L, counted.Traffic!.Of(previous).Received, "received when it was captured");
        counted.Receive<int>(previous, 1, new int[1]);
        Expect.Equal(1L, counted.Traffic!.Of(previous).Received, "received when the program received it");
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_03_persistent_requests_count_at_each_start(Intracommunicator world)
    {
        using var silence = new Silence(world);
        using var counted = (Intracommunicator)world.Clone();
        int[] inbox = new int[1];
        using PersistentRequest send = counted.PersistentSend(new[] { world.Rank }, Ring.Next(world), 2);
        using PersistentRequest receive = counted.PersistentReceive(Ring.Previous(world), 2, inbox);
        silence.Reach();
        for (int round = 0; round < 3; round++)
        {
            // Sent before the cut, received by a start after it.
            send.Start();
            send.Wait();
            silence.Reach();
            receive.Start();
            Expect.Equal(1, receive.Wait().Count(), "count");
            Expect.Equal(Ring.Previous(world), inbox[0], "value");
            inbox[0] = -1;
        }

        Expect.Equal(3L, counted.Traffic!.Of(Ring.Next(world)).Sent, "sent");
    }

    [Ranks(Min = 2)]
    public static void Pitfall_04_a_request_that_the_drain_completed_is_returned_once_by_WaitAny(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int[] first = new int[1];
        int[] second = new int[1];
        int previous = Ring.Previous(world);
        Request one = Crossing(world.ImmediateReceive(previous, 1, first), "one");
        Request two = Crossing(world.ImmediateReceive(previous, 2, second), "two");
        world.Send<int>([11], Ring.Next(world), 1);
        silence.Reach();
        Expect.True(one.IsCompleteEarly && !two.IsCompleteEarly, "the first is complete, the second waits for its message");
        var list = new RequestList();
        list.Add(two);
        list.Add(one);
        Expect.True(ReferenceEquals(one, list.WaitAny()), "WaitAny returns the complete one");
        Expect.Equal((1, 11), (list.Count, first[0]), "requests left, and the value");
        Expect.True(list.TestAny() is null, "and not again");
        world.Barrier();
        world.Send<int>([22], Ring.Next(world), 2);
        Expect.True(ReferenceEquals(two, list.WaitAny()), "then the other one");
        Expect.Equal(22, second[0], "its value");
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_05_captured_data_has_its_count_and_is_cut_short_like_any_message(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int previous = Ring.Previous(world);
        for (int copy = 0; copy < 4; copy++)
            world.Send<double>([1, 2, 3], Ring.Next(world), copy);
        silence.Reach();
        Status probed = world.Probe(previous, 0);
        Expect.Equal((3, 6, 24), (probed.Count(typeof(double)), probed.Count(typeof(float)), probed.Count(typeof(byte))), "counts of the probe");
        double[] room = new double[5];
        Expect.Equal(new MessageStatus(previous, 0, 3), world.Receive<double>(previous, 0, room), "status");
        CompletedStatus later = world.ImmediateReceive(previous, 1, room).Wait();
        Expect.Equal((3, previous, 1), (later.Count(), later.Source, later.Tag), "status of a request");
        Expect.Throws<MessageTruncatedException>(() => world.Receive<double>(previous, 2, new double[2]), "three into two");
        ReceiveRequest cut = world.ImmediateReceive(previous, 3, new double[1]);
        Expect.Throws<MessageTruncatedException>(() => cut.Wait(), "three into one, by a request");
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_06_captured_messages_come_first_and_wildcards_match_in_order(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int next = Ring.Next(world);
        int previous = Ring.Previous(world);
        foreach (int value in (int[])[1, 2, 3])
            world.Send<int>([value], next, value == 2 ? 20 : 10);
        silence.Reach();
        world.Send<int>([4], next, 10);
        world.Send<int>([5], next, 20);

        // A wildcard posted before the others takes the oldest; what the network brings comes after all that was captured.
        int[] received = new int[5];
        ReceiveRequest any = world.ImmediateReceive(Communicator.anySource, Communicator.anyTag, received.AsMemory(0, 1));
        ReceiveRequest tagged = world.ImmediateReceive(previous, 10, received.AsMemory(1, 1));
        ReceiveRequest other = world.ImmediateReceive(previous, 20, received.AsMemory(2, 1));
        any.Wait();
        tagged.Wait();
        other.Wait();
        world.Receive<int>(previous, Communicator.anyTag, received.AsSpan(3, 1));
        world.Receive<int>(Communicator.anySource, Communicator.anyTag, received.AsSpan(4, 1));
        Expect.Sequence([1, 3, 2, 4, 5], received.AsSpan(), "values");
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_07_a_held_message_is_in_flight_and_probes_see_captured_ones(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int previous = Ring.Previous(world);
        world.Send<int>([1], Ring.Next(world), 7);
        MatchedMessage held = world.MatchedProbe(previous, 7);
        silence.RefusedFor(world, "holds a message that a matched probe took", "tag 7");
        held.Receive<int>(new int[1]);

        world.Send("text", Ring.Next(world), 8);
        world.Send<int>([2], Ring.Next(world), 9);
        silence.Reach();
        Expect.Equal((previous, 9), (world.ImmediateProbe(previous, 9)!.Source, world.Probe(Communicator.anySource, 9).Tag), "probes of a captured message");
        MatchedMessage matched = world.MatchedProbe(Communicator.anySource, 9);
        Expect.Equal(1, matched.Count<int>(), "its count");
        Expect.True(world.ImmediateProbe(previous, 9) is null, "it is out of matching");
        Expect.Equal(2, matched.Receive<int>(), "its value");
        Expect.Equal("text", world.ImmediateMatchedProbe(previous, 8)!.Receive<string>(), "a captured object");
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_08_a_receive_that_the_drain_completed_cannot_be_cancelled(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int[] value = new int[1];
        int previous = Ring.Previous(world);
        ReceiveRequest came = world.ImmediateReceive(previous, 3, value);
        ReceiveRequest never = world.ImmediateReceive(previous, 4, new int[1]);
        Crossing(came, "came");
        Crossing(never, "never");
        world.Send<int>([33], Ring.Next(world), 3);
        silence.Reach();
        came.Cancel();
        never.Cancel();
        Expect.Equal((false, true, 33), (came.Wait().Cancelled, never.Wait().Cancelled, value[0]), "cancelled, and the value");
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_09_synchronous_and_large_sends_are_taken_in_while_both_sides_wait(Intracommunicator world)
    {
        using var silence = new Silence(world);
        byte[] large = new byte[3 << 20];
        large[^1] = (byte)world.Rank;
        int previous = Ring.Previous(world);
        List<Request> sends =
        [
            Crossing(world.ImmediateSynchronousSend<int>(new[] { 5 }.AsMemory(), Ring.Next(world), 1), "synchronous"),
            Crossing(world.ImmediateSend<byte>(large.AsMemory(), Ring.Next(world), 2), "large"),
        ];
        Expect.Equal(2L * world.Size, silence.Reach().CapturedMessages, "captured messages");
        foreach (Request send in sends)
            Expect.True(send.IsCompleteEarly && send.Test() is not null, "the send is complete");
        byte[] received = new byte[large.Length];
        world.Receive<byte>(previous, 2, received);
        Expect.Equal((byte)previous, received[^1], "the last byte");
        world.Receive<int>(previous, 1, new int[1]);
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Receives_that_are_taken_out_of_the_library_are_posted_again_in_order(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int previous = Ring.Previous(world);
        int[] values = new int[3];
        ReceiveRequest any = Crossing(world.ImmediateReceive(previous, Communicator.anyTag, values.AsMemory(0, 1)), "any");
        using PersistentRequest persistent = world.PersistentReceive(previous, 5, values.AsMemory(1, 1));
        persistent.Start();
        persistent.CrossingName = "persistent";
        ReceiveRequest came = Crossing(world.ImmediateReceive(Communicator.anySource, 6, values.AsMemory(2, 1)), "came");
        var suspension = new ReceiveSuspension();
        Expect.Equal(QuiesceOutcome.Done, silence.Driver.Fall(_ =>
        {
            Expect.Equal((0, 3), (suspension.Suspend(), suspension.Count), "delivered and suspended");
            Expect.Equal(null, any.Test(), "a suspended receive is live and not complete");
            suspension.Resume();
        }), "the quiesce");
        foreach (int tag in (int[])[5, 5, 6])
            world.Send<int>([tag], Ring.Next(world), tag);

        // The wildcard was posted first, and takes the first message.
        any.Wait();
        persistent.Wait();
        came.Wait();
        Expect.Sequence([5, 5, 6], values.AsSpan(), "values");
        silence.Reach();
    }

    private static T Crossing<T>(T request, string name)
        where T : Request
    {
        request.CrossingName = name;
        return request;
    }
}
