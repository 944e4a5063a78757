using System;
using System.Collections.Generic;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Requests completed together.</summary>
public static class RequestListCases
{
    private const int Messages = 12;

    public static void Wait_any_gives_every_request_once(Intracommunicator world)
    {
        (RequestList list, HashSet<Request> expected) = Start(world);
        while (list.Count > 0)
        {
            int before = list.Count;
            Expect.True(expected.Remove(list.WaitAny()), "a request of the list, once");
            Expect.Equal(before - 1, list.Count, "the list is shorter by one");
        }

        Expect.Equal(0, expected.Count, "requests that did not come");
    }

    public static void Wait_some_and_test_some_give_every_request_once(Intracommunicator world)
    {
        (RequestList list, HashSet<Request> expected) = Start(world);
        foreach (Request request in list.WaitSome())
            Expect.True(expected.Remove(request), "a request of the list, once");
        while (list.Count > 0)
        {
            foreach (Request request in list.TestSome() ?? [])
                Expect.True(expected.Remove(request), "a request of the list, once");
        }

        Expect.Equal(0, expected.Count, "requests that did not come");
        Expect.True(list.TestSome() is null, "an empty list has none");
    }

    public static void Wait_all_empties_the_list_and_gives_the_requests_in_order(Intracommunicator world)
    {
        (RequestList list, HashSet<Request> expected) = Start(world);
        List<Request> completed = list.WaitAll();
        Expect.Equal(0, list.Count, "length of the list");
        Expect.True(expected.SetEquals(completed), "all requests");
        Expect.True(((ReceiveRequest)completed[1]).GetValue() is string, "the second is the receive of a string");
    }

    public static void Test_all_is_null_until_the_last_has_come(Intracommunicator world)
    {
        (RequestList list, HashSet<Request> expected) = Start(world);
        ReceiveRequest last = world.ImmediateReceive<int>(Ring.Previous(world), 99);
        list.Add(last);
        Expect.True(list.TestAll() is null, "one has not been sent");
        Expect.Equal(expected.Count + 1, list.Count, "the list is as it was");
        world.Barrier();
        Request send = world.ImmediateSend(1, Ring.Next(world), 99);
        List<Request>? completed;
        while ((completed = list.TestAll()) is null)
        {
        }

        Expect.Equal(expected.Count + 1, completed.Count, "all requests");
        Expect.Equal(0, list.Count, "length of the list");
        send.Wait();
    }

    public static void A_removed_request_is_not_waited_for(Intracommunicator world)
    {
        ReceiveRequest never = world.ImmediateReceive<int>(Ring.Previous(world), 77);
        Request send = world.ImmediateSend(1, Ring.Next(world), 78);
        ReceiveRequest receive = world.ImmediateReceive<int>(Ring.Previous(world), 78);
        var list = new RequestList();
        list.Add(never);
        list.Add(send);
        list.Add(receive);
        list.Remove(never);
        list.Remove(never);
        Expect.Equal(2, list.WaitAll().Count, "requests");
        never.Cancel();
    }

    public static void Waiting_on_an_empty_list_is_refused(Intracommunicator world)
    {
        Expect.True(world.Size > 0, "a world");
        Expect.Throws<ArgumentException>(() => new RequestList().WaitAny(), "WaitAny");
        Expect.Throws<ArgumentException>(() => new RequestList().WaitSome(), "WaitSome");
        Expect.Equal(0, new RequestList().WaitAll().Count, "WaitAll of nothing");
        Expect.Equal(0, new RequestList().TestAll()!.Count, "TestAll of nothing");
        Expect.True(new RequestList().TestAny() is null, "TestAny of nothing");
    }

    private static (RequestList List, HashSet<Request> Requests) Start(Intracommunicator world)
    {
        var all = new List<Request>();
        for (int index = 0; index < Messages; index++)
            all.Add(index % 2 == 0 ? world.ImmediateReceive<int>(Ring.Previous(world), index) : world.ImmediateReceive<string>(Communicator.anySource, index));
        for (int index = Messages - 1; index >= 0; index--)
            all.Add(index % 2 == 0 ? world.ImmediateSend(index, Ring.Next(world), index) : world.ImmediateSend($"{index}", Ring.Next(world), index));
        var list = new RequestList();
        foreach (Request request in all)
            list.Add(request);
        return (list, [.. all]);
    }
}
