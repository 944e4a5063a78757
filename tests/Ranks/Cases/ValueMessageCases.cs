using System;
using System.Collections.Generic;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Blocking messages in MPI.NET's forms: values, arrays, objects, and both at once.</summary>
public static class ValueMessageCases
{
    private static int Next(Intracommunicator world) => (world.Rank + 1) % world.Size;

    private static int Previous(Intracommunicator world) => (world.Rank + world.Size - 1) % world.Size;

    [Ranks(Min = 2)]
    public static void Values_of_any_kind_arrive_as_they_were_sent(Intracommunicator world)
    {
        if (world.Rank == 0)
        {
            world.Send(42, 1, 1);
            world.Send(new Sample(3, 0.25, 9), 1, 2);
            world.Send("zwölf 🜂", 1, 3);
            world.Send(new Person("Ada", 36), 1, 4);
            world.Send<object>(new Person("Grace", 85), 1, 5);
            world.Send((string?)null, 1, 6);
            world.Send(new List<double> { 1, 2.5 }, 1, 7);
            world.Send(true, 1, 8);
            world.Send((3, 'x'), 1, 9);
        }
        else if (world.Rank == 1)
        {
            Expect.Equal(42, world.Receive<int>(0, 1), "int");
            Expect.Equal(new Sample(3, 0.25, 9), world.Receive<Sample>(0, 2), "struct");
            Expect.Equal("zwölf 🜂", world.Receive<string>(0, 3), "string");
            Expect.Equal(new Person("Ada", 36), world.Receive<Person>(0, 4), "record");
            Expect.Equal<object>(new Person("Grace", 85), world.Receive<object>(0, 5), "an object's own type");
            Expect.True(world.Receive<string?>(0, 6) is null, "null");
            Expect.Sequence<double>([1, 2.5], world.Receive<List<double>>(0, 7).ToArray(), "list");
            Expect.True(world.Receive<bool>(0, 8), "bool");
            Expect.Equal((3, 'x'), world.Receive<(int, char)>(0, 9), "tuple");
        }
    }

    [Ranks(Min = 2)]
    public static void Arrays_are_received_into_room_that_may_be_longer(Intracommunicator world)
    {
        if (world.Rank == 0)
        {
            world.Send(new[] { 1, 2, 3 }, 1, 0);
            world.Send(Array.Empty<int>(), 1, 1);
            world.Send(new[] { "a", null, "c" }, 1, 2);
            world.Send(new[] { new Label("x", 1), new Label("y", 2) }, 1, 3);
        }
        else if (world.Rank == 1)
        {
            int[] numbers = [9, 9, 9, 9, 9];
            int[] room = numbers;
            world.Receive(0, 0, ref numbers, out CompletedStatus status);
            Expect.True(ReferenceEquals(room, numbers), "numbers are received in place");
            Expect.Sequence<int>([1, 2, 3, 9, 9], numbers, "numbers");
            Expect.Equal(3, status.Count(), "count");
            Expect.Equal(0, status.Source, "source");
            world.Receive(0, 1, ref numbers, out status);
            Expect.Equal(0, status.Count(), "count of an empty array");

            string?[]? words = null;
            world.Receive(0, 2, ref words, out status);
            Expect.Sequence<string?>(["a", null, "c"], words, "words");
            Expect.Equal(3, status.Count(), "count of words");
            Label[]? labels = null;
            world.Receive(0, 3, ref labels);
            Expect.Sequence<Label>([new Label("x", 1), new Label("y", 2)], labels, "labels");
        }
    }

    public static void A_status_tells_who_sent_what_a_wildcard_received(Intracommunicator world)
    {
        world.SendReceive(world.Rank * 10, Next(world), 4, Communicator.anySource, Communicator.anyTag, out int number, out CompletedStatus status);
        Expect.Equal(Previous(world) * 10, number, "number");
        Expect.Equal((Previous(world), 4, 1), (status.Source, status.Tag, status.Count()), "status of a number");
        world.SendReceive($"from {world.Rank}", Next(world), 5, Communicator.anySource, 5, out string text, out status);
        Expect.Equal($"from {Previous(world)}", text, "text");
        Expect.Equal((Previous(world), 5), (status.Source, status.Tag), "status of a text");
    }

    public static void All_forms_of_SendReceive_exchange_with_a_partner(Intracommunicator world)
    {
        int partner = world.Size - 1 - world.Rank;
        world.SendReceive(world.Rank, partner, 1, out int number);
        Expect.Equal(partner, number, "number");
        world.SendReceive($"{world.Rank}", partner, 1, out string text);
        Expect.Equal($"{partner}", text, "text");

        int[] numbers = new int[2];
        world.SendReceive([world.Rank, 7], partner, 2, ref numbers);
        Expect.Sequence<int>([partner, 7], numbers, "numbers");
        string[]? words = null;
        world.SendReceive([$"{world.Rank}", "w"], partner, 2, partner, 2, ref words);
        Expect.Sequence<string>([$"{partner}", "w"], words, "words");

        world.SendReceive([world.Rank, 8], Next(world), 3, Previous(world), 3, ref numbers, out CompletedStatus status);
        Expect.Sequence<int>([Previous(world), 8], numbers, "numbers around the ring");
        Expect.Equal((Previous(world), 2), (status.Source, status.Count()), "status");
        world.SendReceive(new Person($"{world.Rank}", 1), Next(world), 3, Previous(world), 3, out Person person);
        Expect.Equal(new Person($"{Previous(world)}", 1), person, "person around the ring");
    }

    public static void Large_objects_cross_without_a_deadlock(Intracommunicator world)
    {
        var big = new Dictionary<string, double[]> { ["mine"] = new double[200_000] };
        big["mine"][^1] = world.Rank;
        world.SendReceive(big, Next(world), 0, Previous(world), 0, out Dictionary<string, double[]> other);
        Expect.Equal(200_000, other["mine"].Length, "length");
        Expect.Equal<double>(Previous(world), other["mine"][^1], "last element");
    }

    public static void The_null_process_swallows_objects_and_sends_none(Intracommunicator world)
    {
        world.Send("nobody", Communicator.NullProcess, 0);
        world.Receive(Communicator.NullProcess, 0, out string? text, out CompletedStatus status);
        Expect.True(text is null, "text from nobody");
        Expect.Equal((Communicator.NullProcess, 0), (status.Source, status.Count()), "status");
        string[] words = ["kept"];
        world.Receive(Communicator.NullProcess, 0, ref words);
        Expect.Sequence<string>(["kept"], words, "words");
    }

    public static void A_probe_tells_of_a_message_and_leaves_it(Intracommunicator world)
    {
        world.SendReceive(0, world.Rank, 9, out int _);
        int[] numbers = [1, 2, 3];
        ReadOnlySpan<int> received = numbers;
        if (world.Size == 1)
            return;
        if (world.Rank == 0)
        {
            world.Send(numbers, 1, 6);
        }
        else if (world.Rank == 1)
        {
            Status status = world.Probe(Communicator.anySource, Communicator.anyTag);
            Expect.Equal((0, 6, 3), (status.Source, status.Tag, status.Count(typeof(int))!.Value), "probe");
            Expect.True(world.ImmediateProbe(0, 6) is { Tag: 6 }, "the message still stands there");
            int[] room = new int[3];
            world.Receive(0, 6, ref room);
            Expect.Sequence(received, room, "the message");
            Expect.True(world.ImmediateProbe(0, 6) is null, "nothing is left");
        }
    }

    [Ranks(Min = 2)]
    public static void A_wait_with_a_logger_receives_as_one_without(Intracommunicator world)
    {
        using var clone = (Intracommunicator)world.Clone();
        List<(int Bytes, int Dest)> sent = [];
        clone.Serialization.SendLogger = (bytes, dest) => sent.Add((bytes, dest));
        clone.Serialization.WaitLogger = static _ => { };
        clone.SendReceive($"{clone.Rank}", Next(clone), 0, Previous(clone), 0, out string text);
        Expect.Equal($"{Previous(clone)}", text, "text");
        Expect.Equal(1, sent.Count, "sends that were logged");
        Expect.Equal(Next(clone), sent[0].Dest, "receiver in the log");
    }

    [Ranks(Min = 2)]
    public static void Elements_received_as_an_object_are_refused_with_the_way_out(Intracommunicator world)
    {
        if (world.Rank == 0)
        {
            world.Send(new[] { 1, 2, 3 }, 1, 0);
            world.Send("text", 1, 1);
        }
        else if (world.Rank == 1)
        {
            MpiSerializationException error = Expect.Throws<MpiSerializationException>(() => world.Receive<int[]>(0, 0), "elements as an object");
            Expect.True(error.Message.Contains("ref array", StringComparison.Ordinal), error.Message);
            _ = Expect.Throws<MpiSerializationException>(() => world.Receive<Person>(0, 1), "a string as a person");
        }
    }

    public static void Null_arrays_are_refused_before_MPI_is_called(Intracommunicator world)
    {
        int[]? nothing = null;
        _ = Expect.Throws<ArgumentNullException>(() => world.Send<int>(nothing!, world.Rank, 0), "send null");
        _ = Expect.Throws<ArgumentNullException>(() => world.Receive(world.Rank, 0, ref nothing), "receive into null");
        int[] same = [1];
        _ = Expect.Throws<ArgumentException>(() => world.SendReceive(same, world.Rank, 0, ref same), "one array twice");
    }
}
