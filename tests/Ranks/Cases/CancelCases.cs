using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>What cancelling a request does, before and after its message has come.</summary>
public static class CancelCases
{
    public static void A_receive_that_nothing_came_for_is_cancelled(Intracommunicator world)
    {
        using PersistentRequest persistent = world.PersistentReceive(Ring.Previous(world), 3, new int[1]);
        persistent.Start();
        Request[] receives =
        [
            world.ImmediateReceive<int>(Ring.Previous(world), 1), world.ImmediateReceive<string>(Communicator.anySource, 2),
            world.ImmediateReceive(Communicator.anySource, Communicator.anyTag, new double[3]), world.ImmediateReceive(Ring.Previous(world), 4, new string[1]), persistent,
        ];
        foreach (Request receive in receives)
        {
            receive.Cancel();
            Expect.True(receive.Wait().Cancelled, $"{receive} is cancelled");
            Expect.Equal(0, receive.Test()!.Count(), "count");
        }

        // What was cancelled takes no message any more.
        world.Barrier();
        Request send = world.ImmediateSend("after", Ring.Next(world), 2);
        Expect.Equal("after", world.Receive<string>(Ring.Previous(world), 2), "the next message");
        send.Wait();
    }

    public static void A_receive_whose_message_came_first_is_not_cancelled_and_keeps_it(Intracommunicator world)
    {
        ReceiveRequest number = world.ImmediateReceive<int>(Ring.Previous(world), 1);
        ReceiveRequest text = world.ImmediateReceive<string>(Ring.Previous(world), 2);
        Request[] sends = [world.ImmediateSend(5, Ring.Next(world), 1), world.ImmediateSend("kept", Ring.Next(world), 2), world.ImmediateSend(0, Ring.Next(world), 3)];
        world.Receive<int>(Ring.Previous(world), 3);

        // Messages of one sender do not overtake: with the third, the first two are here.
        number.Cancel();
        text.Cancel();
        Expect.True(!number.Wait().Cancelled && !text.Wait().Cancelled, "both had come");
        Expect.Equal((5, "kept"), ((int)number.GetValue()!, (string)text.GetValue()!), "values");
        foreach (Request send in sends)
            send.Wait();
    }

    public static void A_complete_request_is_not_changed_by_cancelling(Intracommunicator world)
    {
        Request send = world.ImmediateSend(1, Ring.Next(world), 0);
        world.Receive<int>(Ring.Previous(world), 0);
        send.Wait();
        send.Cancel();
        Expect.True(!send.Wait().Cancelled, "a send that was complete");
    }

    public static void A_collective_cannot_be_cancelled(Intracommunicator world)
    {
        Request barrier = world.ImmediateBarrier();
        if (barrier.Test() is null)
            Expect.Throws<System.InvalidOperationException>(barrier.Cancel, "a barrier under way");
        barrier.Wait();
    }
}
