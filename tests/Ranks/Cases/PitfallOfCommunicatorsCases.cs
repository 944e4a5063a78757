using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Mpi.Resilience.Quiesce;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>The pitfalls of a quiesce that have to do with communicators, windows, threads and the proof itself.</summary>
public static class PitfallOfCommunicatorsCases
{
    public static void Pitfall_10_messages_to_oneself_are_captured(Intracommunicator world)
    {
        using var silence = new Silence(world);
        Request send = world.ImmediateSend<int>(new[] { 7 }.AsMemory(), world.Rank, 1);
        Request own = Communicator.self.ImmediateSend("to myself", 0, 2);
        send.CrossingName = "send";
        own.CrossingName = "own";
        Expect.Equal(2L * world.Size, silence.Reach().CapturedMessages, "captured messages");
        send.Wait();
        own.Wait();
        Expect.Equal(7, world.Receive<int>(world.Rank, 1), "from myself on world");
        Expect.Equal("to myself", Communicator.self.Receive<string>(0, 2), "from myself on self");
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_10_messages_between_two_groups_are_captured(Intracommunicator world)
    {
        using var silence = new Silence(world);
        using var half = (Intracommunicator)world.Split(world.Rank % 2, 0)!;
        using var inter = new Intercommunicator(half, 0, world, 1 - (world.Rank % 2), 2);
        bool hasPartner = inter.Rank < inter.RemoteSize;
        if (hasPartner)
            inter.Send<int>([world.Rank], inter.Rank, 0);
        Expect.Equal(2L * (world.Size / 2), silence.Reach().CapturedMessages, "captured messages");
        if (hasPartner)
            Expect.Equal((world.Rank % 2 == 0) ? world.Rank + 1 : world.Rank - 1, inter.Receive<int>(inter.Rank, 0), "the partner's world rank");
        inter.Barrier();
        silence.Reach();
    }

    public static void Pitfall_11_an_open_epoch_is_refused_with_the_call_that_closes_it(Intracommunicator world)
    {
        Expect.Capability(world.Size > 1 || !MpiFeatures.Current.LibraryName.StartsWith("Open MPI", StringComparison.Ordinal), "one-sided communication on one rank");
        using var silence = new Silence(world);
        using var buffer = new MpiBuffer<int>(4);
        using var window = new Window<int>(world, buffer);
        window.LockAll();
        silence.RefusedFor(world, "open epoch", "UnlockAll");
        window.UnlockAll();
        silence.Reach();
    }

    public static void Pitfall_12_a_collective_over_the_safe_point_is_refused_and_named(Intracommunicator world)
    {
        using var silence = new Silence(world);
        Request reduction = world.ImmediateAllreduce(new int[1].AsMemory(), Operation<int>.Add);
        reduction.CrossingName = "named, and still a collective";
        silence.RefusedFor(world, "live collective", "MPI_Iallreduce");
        reduction.Wait();
        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_12_a_collective_that_only_some_have_entered_is_found(Intracommunicator world)
    {
        using var silence = new Silence(world);
        using var uneven = (Intracommunicator)world.Clone();
        uneven.Name = "uneven";
        int last = world.Size - 1;

        // A root may leave a broadcast before the others have entered it.
        if (world.Rank == 0)
            uneven.Broadcast<int>([1], 0);
        silence.RefusedFor(world, "collective calls on uneven", "a collective call stands over the safe point");
        if (world.Rank != 0)
            uneven.Broadcast<int>(new int[1], 0);
        silence.Reach();
    }

    public static void Pitfall_13_a_second_thread_is_kept_out_of_the_silence(Intracommunicator world)
    {
        // Initialized for one caller at a time: a thread that calls while the rank stands at its safe point is told so.
        using var silence = new Silence(world);
        InvalidOperationException? refusal = null;
        Expect.Equal(QuiesceOutcome.Done, silence.Driver.Fall(_ =>
        {
            var caller = new Thread(() =>
            {
                try
                {
                    world.Send<int>([1], Communicator.NullProcess, 0);
                }
                catch (InvalidOperationException told)
                {
                    refusal = told;
                }
            })
            {
                Name = "a second thread",
            };
            caller.Start();
            caller.Join();
        }), "the quiesce");
        Expect.True(refusal?.Message.Contains("'a second thread' called MPI while the rank stands at a safe point", StringComparison.Ordinal) ?? false, $"{refusal?.Message}");
        Task.Run(() => world.Send<int>([1], Communicator.NullProcess, 0)).Wait();
    }

    [Ranks(Min = 2)]
    public static void Pitfall_14_types_operations_and_attributes_of_the_program_outlive_the_silence(Intracommunicator world)
    {
        using var silence = new Silence(world);
        var key = MPI.Attribute.Create<string>(AttributeDuplication.None);
        world.Attributes[key] = "kept";
        world.Send((Length: world.Rank, Weight: 0.25), Ring.Next(world), 1);
        silence.Reach();
        Expect.Equal((Ring.Previous(world), 0.25), world.Receive<(int, double)>(Ring.Previous(world), 1), "a structure");
        Expect.Equal((world.Size - 1, 2.0), world.Allreduce((Length: world.Rank, Weight: 2.0), static (one, other) => one.Length >= other.Length ? one : other), "an operation");
        Expect.Equal("kept", world.Attributes[key] as string, "an attribute");
        world.Attributes.Remove(key);
        key.Dispose();
    }

    public static void Pitfall_15_programs_do_not_see_what_the_library_says_to_itself(Intracommunicator world)
    {
        using var silence = new Silence(world);
        ReceiveRequest any = world.ImmediateReceive(Communicator.anySource, Communicator.anyTag, new int[1]);
        any.CrossingName = "any";
        for (int attempt = 0; attempt < 3; attempt++)
            silence.Reach();
        Expect.Equal(null, world.ImmediateProbe(Communicator.anySource, Communicator.anyTag), "a message of the library");
        any.Cancel();
        Expect.True(any.Wait().Cancelled, "nothing came");
    }

    public static void Pitfall_16_one_reduction_decides_for_all_ranks_alike(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int acted = 0;
        Request? open = world.Rank == world.Size - 1 ? world.ImmediateReceive(world.Rank, 99, new int[1]) : null;
        Expect.Equal(QuiesceOutcome.NotSilent, silence.Driver.Fall(_ => acted++), "with one rank against it");
        silence.RefusedReason(world, $"rank {world.Size - 1} has a live request");
        open?.Cancel();
        Expect.Equal((QuiesceOutcome.Done, 1), (silence.Driver.Fall(_ => acted++), acted), "with all for it");
    }
}
