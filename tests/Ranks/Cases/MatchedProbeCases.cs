using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Probes that take the message with them.</summary>
public static class MatchedProbeCases
{
    public static void A_matched_message_says_what_it_is_and_is_received_once(Intracommunicator world)
    {
        Request send = world.ImmediateSend(new[] { 1.5, world.Rank }, Ring.Next(world), 8);
        MatchedMessage message = world.MatchedProbe(Communicator.anySource, Communicator.anyTag);
        Expect.Equal((Ring.Previous(world), 8, 2, 16), (message.Source, message.Tag, message.Count<double>(), message.Count<byte>()), "the message");
        double[] values = new double[message.Count<double>()];
        Expect.Equal(new MessageStatus(Ring.Previous(world), 8, 2), message.Receive<double>(values), "status");
        Expect.Sequence([1.5, Ring.Previous(world)], values.AsSpan(), "values");
        Expect.Throws<InvalidOperationException>(() => message.Receive<double>(values), "a second time");
        send.Wait();
    }

    public static void A_matched_message_is_out_of_reach_of_other_receives(Intracommunicator world)
    {
        Request[] sends = [world.ImmediateSend(1, Ring.Next(world), 5), world.ImmediateSend(2, Ring.Next(world), 5)];
        MatchedMessage first = world.MatchedProbe(Ring.Previous(world), 5);
        Expect.Equal(2, world.Receive<int>(Ring.Previous(world), 5), "the next message");
        Expect.True(world.ImmediateMatchedProbe(Ring.Previous(world), 5) is null, "no third message");
        Expect.Equal(1, first.Receive<int>(), "the held message");
        foreach (Request send in sends)
            send.Wait();
    }

    public static void A_matched_object_is_received_as_its_type(Intracommunicator world)
    {
        Request send = world.ImmediateSend("an object", Ring.Next(world), 6);
        Expect.Equal("an object", world.MatchedProbe(Ring.Previous(world), 6).Receive<string>(), "value");
        send.Wait();
    }

    public static void A_matched_message_can_be_received_immediately(Intracommunicator world)
    {
        Request send = world.ImmediateSend(new[] { 7L, 8L }, Ring.Next(world), 7);
        MatchedMessage? message;
        while ((message = world.ImmediateMatchedProbe(Communicator.anySource, 7)) is null)
        {
        }

        long[] values = new long[3];
        Expect.Equal(2, message.ImmediateReceive<long>(values).Wait().Count(), "count");
        Expect.Sequence([7L, 8, 0], values.AsSpan(), "values");
        send.Wait();
    }

    public static void Bytes_that_are_no_whole_elements_are_refused_by_count(Intracommunicator world)
    {
        Request send = world.ImmediateSend(new byte[] { 1, 2, 3 }, Ring.Next(world), 9);
        MatchedMessage message = world.MatchedProbe(Ring.Previous(world), 9);
        Expect.Throws<InvalidOperationException>(() => message.Count<int>(), "three bytes as ints");
        byte[] bytes = new byte[3];
        message.Receive<byte>(bytes);
        send.Wait();
    }

    public static void A_matched_probe_of_the_null_process_gives_an_empty_message(Intracommunicator world)
    {
        MatchedMessage message = world.MatchedProbe(Communicator.NullProcess, 0);
        Expect.Equal(Communicator.NullProcess, message.Source, "source");
        Expect.Equal(0, message.Receive<int>(new int[1]).Count, "count");
    }
}
