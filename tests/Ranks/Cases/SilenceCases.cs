using System;
using HpcVirt.Mpi.Resilience.Agreement;
using HpcVirt.Mpi.Resilience.Silence;
using HpcVirt.Ranks.Harness;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>What keeps a checkpoint from being taken is found and named, the same on all ranks.</summary>
public static class SilenceCases
{
    public static void A_job_without_open_ends_is_silent(Intracommunicator world) => Check(world, collectives =>
    {
        int next = (world.Rank + 1) % world.Size;
        int previous = (world.Rank + world.Size - 1) % world.Size;
        world.Sendrecv<int>([1], next, 3, new int[1], previous, 3);
        world.Barrier();
        Expect.Equal(null, TrafficCheck.Refusal(collectives), "refusal");
    });

    [Ranks(Min = 2)]
    public static void A_message_on_its_way_is_named_by_pair_and_communicator(Intracommunicator world) => Check(world, collectives =>
    {
        using var half = (Intracommunicator)world.Clone();
        half.Name = "halos";
        if (world.Rank == 0)
            half.Send<int>([1], 1, 5);
        string refusal = TrafficCheck.Refusal(collectives) ?? "none";
        Expect.True(refusal.Contains("1 message(s) from rank 0 to rank 1 on halos are in flight", StringComparison.Ordinal), refusal);
        if (world.Rank == 1)
            half.Receive<int>(0, 5, new int[1]);
        Expect.Equal(null, TrafficCheck.Refusal(collectives), "refusal after the receive");
    });

    [Ranks(Min = 2)]
    public static void A_live_request_is_named_by_call_and_peer(Intracommunicator world) => Check(world, collectives =>
    {
        Request? request = world.Rank == 1 ? world.ImmediateReceive<int>(0, 6, new int[1]) : null;
        string refusal = TrafficCheck.Refusal(collectives) ?? "none";
        Expect.True(refusal.Contains("rank 1 has a live request", StringComparison.Ordinal) && refusal.Contains("MPI_Irecv", StringComparison.Ordinal), refusal);
        if (world.Rank == 0)
            world.Send<int>([1], 1, 6);
        request?.Wait();
        Expect.Equal(null, TrafficCheck.Refusal(collectives), "refusal after the wait");
    });

    [Ranks(Min = 2)]
    public static void A_message_held_by_a_matched_probe_is_named(Intracommunicator world) => Check(world, collectives =>
    {
        if (world.Rank == 0)
            world.Send<int>([1], 1, 7);
        MatchedMessage? held = world.Rank == 1 ? world.MatchedProbe(0, 7) : null;
        string refusal = TrafficCheck.Refusal(collectives) ?? "none";
        Expect.True(refusal.Contains("rank 1 holds a message that a matched probe took", StringComparison.Ordinal), refusal);
        held?.Receive<int>(new int[1]);
        Expect.Equal(null, TrafficCheck.Refusal(collectives), "refusal after the receive");
    });

    [Ranks(Min = 2)]
    public static void An_open_epoch_of_a_window_is_named_with_the_call_that_closes_it(Intracommunicator world) => Check(world, collectives =>
    {
        using var buffer = new MpiBuffer<int>(4);
        using var window = new Window<int>(world, buffer);
        window.LockAll();
        string refusal = TrafficCheck.Refusal(collectives) ?? "none";
        Expect.True(refusal.Contains("open epoch", StringComparison.Ordinal) && refusal.Contains("UnlockAll", StringComparison.Ordinal), refusal);
        window.UnlockAll();
        Expect.Equal(null, TrafficCheck.Refusal(collectives), "refusal after the unlock");
    });

    /// <summary>Earlier cases of the same job may have sent before the ledger was on; all have received what they sent.</summary>
    private static void Check(Intracommunicator world, Action<BoundedCollectives> body)
    {
        TrafficLedger.SwitchOn();
        using var collectives = new BoundedCollectives(world, TimeSpan.FromSeconds(30), TimeProvider.System);
        body(collectives);
    }
}
