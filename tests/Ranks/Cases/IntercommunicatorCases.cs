using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Connecting groups: even ranks with odd ones.</summary>
public static class IntercommunicatorCases
{
    [Ranks(Min = 2)]
    public static void Two_groups_are_connected_and_know_each_other(Intracommunicator world)
    {
        using Intercommunicator inter = Connect(world, out Intracommunicator half);
        using Group remote = inter.RemoteGroup;
        using Group all = world.Group;
        Expect.Equal((half.Rank, half.Size, world.Size - half.Size), (inter.Rank, inter.Size, inter.RemoteSize), "ranks and sizes");
        Expect.Equal(1 - (world.Rank % 2), remote.TranslateRanks([0], all)[0], "the first of the others");
        half.Dispose();
    }

    [Ranks(Min = 2)]
    public static void Both_sides_agree_on_the_id_of_their_connection_and_of_what_is_derived_from_it(Intracommunicator world)
    {
        using Intercommunicator inter = Connect(world, out Intracommunicator half);
        using Intercommunicator second = new(half, 0, world, 1 - (world.Rank % 2), 4);
        using Intracommunicator merged = inter.Merge(upper: world.Rank % 2 == 1);
        foreach (ulong id in (ulong[])[inter.AgreedId, second.AgreedId, merged.AgreedId])
            Expect.True(Array.TrueForAll(world.Allgather(id), other => other == id), "the same on all ranks");
        Expect.True(inter.AgreedId != second.AgreedId && inter.AgreedId != merged.AgreedId, "different communicators differ");
        half.Dispose();
    }

    [Ranks(Min = 2)]
    public static void Messages_of_every_kind_cross_between_the_groups(Intracommunicator world)
    {
        using Intercommunicator inter = Connect(world, out Intracommunicator half);
        if (inter.Rank < inter.RemoteSize)
        {
            ReceiveRequest text = inter.ImmediateReceive<string>(inter.Rank, 1);
            Request[] sends = [inter.ImmediateSend($"from {world.Rank}", inter.Rank, 1), inter.ImmediateSend(world.Rank, inter.Rank, 2)];
            Expect.Equal($"from {world.Rank ^ 1}", (string)text.GetValue()!, "text");
            Expect.Equal(world.Rank ^ 1, inter.MatchedProbe(Communicator.anySource, 2).Receive<int>(), "number");
            foreach (Request send in sends)
                send.Wait();
        }

        inter.Barrier();
        half.Dispose();
    }

    [Ranks(Min = 2)]
    public static void Merging_puts_the_upper_group_behind_the_other(Intracommunicator world)
    {
        using Intercommunicator inter = Connect(world, out Intracommunicator half);
        using Intracommunicator merged = inter.Merge(upper: world.Rank % 2 == 1);
        Expect.Equal(world.Rank % 2 == 0 ? half.Rank : inter.RemoteSize + half.Rank, merged.Rank, "rank");
        half.Dispose();
    }

    [Ranks(Min = 2)]
    public static void An_error_on_an_intercommunicator_is_an_exception(Intracommunicator world)
    {
        using Intercommunicator inter = Connect(world, out Intracommunicator half);
        Expect.Throws<MpiException>(() => inter.Send(1, inter.RemoteSize, 0), "send to nobody");
        half.Dispose();
    }

    private static Intercommunicator Connect(Intracommunicator world, out Intracommunicator half)
    {
        half = (Intracommunicator)world.Split(world.Rank % 2, world.Rank)!;
        return new Intercommunicator(half, 0, world, 1 - (world.Rank % 2), 3);
    }
}
