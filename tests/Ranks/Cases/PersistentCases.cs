using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Messages that are described once and started many times.</summary>
public static class PersistentCases
{
    public static void Every_start_sends_what_the_memory_holds_then(Intracommunicator world)
    {
        int[] outgoing = new int[2];
        using var incoming = new MpiBuffer<int>(2);
        using PersistentRequest send = world.PersistentSend(outgoing, Ring.Next(world), 1);
        using PersistentRequest receive = world.PersistentReceive(Ring.Previous(world), 1, incoming);
        for (int round = 0; round < 5; round++)
        {
            outgoing[0] = round;
            outgoing[1] = world.Rank;
            PersistentRequest.StartAll(receive, send);
            Expect.Equal(2, receive.Wait().Count(), "count");
            send.Wait();
            Expect.Sequence([round, Ring.Previous(world)], (ReadOnlySpan<int>)incoming.Span, "round");
        }
    }

    public static void A_synchronous_persistent_send_waits_for_its_receiver(Intracommunicator world)
    {
        using PersistentRequest send = world.PersistentSynchronousSend<int>(new int[] { 3 }, Ring.Next(world), 2);
        send.Start();
        world.Barrier();
        Expect.True(send.Test() is null, "nobody has received yet");
        world.Barrier();
        ReceiveRequest receive = world.ImmediateReceive<int>(Ring.Previous(world), 2);
        Expect.Equal(3, (int)receive.GetValue()!, "value");
        send.Wait();
    }

    public static void Misuse_of_a_persistent_request_is_refused_with_the_way_out(Intracommunicator world)
    {
        using PersistentRequest receive = world.PersistentReceive(Ring.Previous(world), 3, new int[1]);
        Expect.Throws<InvalidOperationException>(() => receive.Wait(), "wait before the first start");
        receive.Start();
        Expect.Throws<InvalidOperationException>(receive.Start, "start before the last is complete");
        Expect.Throws<InvalidOperationException>(receive.Dispose, "dispose before the last is complete");
        receive.Cancel();
        Expect.True(receive.Wait().Cancelled, "cancelled");

        // Before the neighbour sends: its message would have met the first start.
        world.Barrier();
        receive.Start();
        Request send = world.ImmediateSend(4, Ring.Next(world), 3);
        Expect.True(!receive.Wait().Cancelled, "a start after a cancellation is a new receive");
        send.Wait();
    }
}
