using System;
using System.Collections.Generic;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>What the compiler makes of a call without type arguments: each form must bind to the overload that a reader expects.</summary>
public static class OverloadCases
{
    public static void Every_kind_of_argument_finds_its_send(Intracommunicator world)
    {
        int nobody = Communicator.NullProcess;
        int[] array = [1, 2];
        Span<int> span = array;
        ReadOnlySpan<int> readOnly = array;
        Span<int> onStack = stackalloc int[2];
        using var buffer = new MpiBuffer<int>(2);

        world.Send(1, nobody, 0);
        world.Send(new Sample(1, 2, 3), nobody, 0);
        world.Send(array, nobody, 0);
        world.Send(span, nobody, 0);
        world.Send(readOnly, nobody, 0);
        world.Send(onStack, nobody, 0);
        world.Send(buffer.Span, nobody, 0);
        world.Send(array.AsSpan(1), nobody, 0);
        world.Send("text", nobody, 0);
        world.Send(new List<int> { 1 }, nobody, 0);
        world.Send(new[] { "a" }, nobody, 0);

        MessageStatus bySpan = world.Receive(nobody, 0, span);
        bySpan = world.Receive(nobody, 0, buffer.Span);
        world.Receive(nobody, 0, ref array);
        world.Receive(nobody, 0, out int value);
        Expect.Equal((0, nobody), (value + bySpan.Count, bySpan.Source), "nothing from nobody");
    }

    public static void Every_kind_of_argument_finds_its_reduction(Intracommunicator world)
    {
        int[] array = [1, 2];
        Span<int> span = [1, 2];
        int size = world.Size;
        int value = world.Allreduce(1, Operation<int>.Add);
        int[] fresh = world.Allreduce(array, Operation<int>.Add);
        int[] fromLambda = world.Allreduce(array, (x, y) => x + y);
        world.Allreduce(span, Operation<int>.Add);
        world.Allreduce(array.AsSpan(), Operation<int>.Add);
        string text = world.Allreduce("a", (x, y) => x + y);
        Expect.Equal(size, value, "value");
        Expect.Sequence<int>([size, 2 * size], fresh, "a fresh array; the argument is left");
        Expect.Sequence<int>([size, 2 * size], fromLambda, "a lambda");
        Expect.Sequence<int>([size, 2 * size], span, "a span in place");
        Expect.Sequence<int>([size, 2 * size], array, "an array's span in place");
        Expect.Equal(new string('a', size), text, "text");
    }

    public static void Every_kind_of_argument_finds_its_broadcast_and_gather(Intracommunicator world)
    {
        int value = world.Rank == 0 ? 5 : 0;
        world.Broadcast(ref value, 0);
        int[] array = world.Rank == 0 ? [1, 2] : new int[2];
        world.Broadcast(ref array, 0);
        Span<int> span = stackalloc int[1];
        span[0] = world.Rank == 0 ? 7 : 0;
        world.Broadcast(span, 0);
        string text = world.Rank == 0 ? "t" : "";
        world.Broadcast(ref text, 0);
        Expect.Equal((5, 1, 7, "t"), (value, array[0], span[0], text), "broadcasts");

        int[]? byValue = world.Gather(world.Rank, 0);
        int[] room = new int[world.Size];
        world.Gather(world.Rank, 0, ref room);
        Span<int> gathered = stackalloc int[world.Size];
        ReadOnlySpan<int> mine = [world.Rank];
        world.Gather(mine, gathered, 0);
        if (world.Rank == 0)
            Expect.Equal((world.Size - 1, world.Size - 1, world.Size - 1), (byValue![^1], room[^1], gathered[^1]), "gathers");
    }
}
