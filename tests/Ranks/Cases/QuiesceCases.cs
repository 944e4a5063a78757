using System;
using System.Linq;
using HpcVirt.Mpi.Resilience.Quiesce;
using HpcVirt.Ranks.Harness;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>The job falls silent, proves it, and goes on as if nothing had been.</summary>
public static class QuiesceCases
{
    public static void A_job_without_traffic_is_silent_at_once(Intracommunicator world)
    {
        using var silence = new Silence(world);
        for (int attempt = 0; attempt < 5; attempt++)
            Expect.Equal(0L, silence.Reach().CapturedMessages, "captured messages");
    }

    [Ranks(Min = 2)]
    public static void Messages_in_flight_are_captured_and_received_afterwards_in_order(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int next = Ring.Next(world);
        int previous = Ring.Previous(world);
        for (int message = 0; message < 20; message++)
            world.Send<int>([world.Rank, message], next, message % 3);
        Expect.Equal(20L * world.Size, silence.Reach().CapturedMessages, "captured messages");

        int[] received = new int[2];
        foreach (int message in Enumerable.Range(0, 20).OrderBy(message => message % 3))
        {
            world.Receive<int>(previous, message % 3, received);
            Expect.Sequence([previous, message], received.AsSpan(), "a captured message");
        }

        Expect.Equal(0L, silence.Reach().CapturedMessages, "captured messages once all are received");
    }

    [Ranks(Min = 2)]
    public static void Large_sends_that_wait_for_their_receiver_are_taken_in(Intracommunicator world)
    {
        // Blocking sends in a ring: nobody receives before the quiesce, which has to take the messages in for the senders to arrive at all.
        using var silence = new Silence(world);
        double[] values = [.. Enumerable.Range(0, 1 << 17).Select(value => (double)(value + world.Rank))];
        if (world.Rank != 0)
            world.Send<double>(values, 0, 4);
        Expect.Equal(world.Size - 1L, silence.Reach().CapturedMessages, "captured messages");
        for (int source = 1; world.Rank == 0 && source < world.Size; source++)
        {
            double[] received = new double[values.Length];
            MessageStatus status = world.Receive<double>(source, 4, received);
            Expect.Equal((values.Length, source + 5.0), (status.Count, received[5]), "a large message");
        }
    }

    [Ranks(Min = 2)]
    public static void Captured_objects_and_arrays_are_received_as_what_they_are(Intracommunicator world)
    {
        using var silence = new Silence(world);
        int previous = Ring.Previous(world);
        world.Send("a text of rank " + world.Rank, Ring.Next(world), 1);
        world.Send(new[] { 1.5, world.Rank }, Ring.Next(world), 2);
        world.Send((Number: world.Rank, Half: 0.5), Ring.Next(world), 3);
        silence.Reach();
        Expect.Equal("a text of rank " + previous, world.Receive<string>(previous, 1), "the text");
        double[] array = new double[2];
        world.Receive(previous, 2, ref array);
        Expect.Sequence([1.5, previous], array.AsSpan(), "the array");
        Expect.Equal((previous, 0.5), world.Receive<(int, double)>(Communicator.anySource, 3), "the structure");
    }

    [Ranks(Min = 2)]
    public static void Nobody_sends_into_another_ranks_action(Intracommunicator world)
    {
        using var silence = new Silence(world);
        for (int round = 0; round < 10; round++)
        {
            Expect.Equal(QuiesceOutcome.Done, silence.Driver.Fall(_ =>
            {
                // Rank 0 takes its time; what a fast rank sends next must not be seen here.
                if (world.Rank == 0)
                    System.Threading.Thread.Sleep(20);
                Expect.Equal(null, world.ImmediateProbe(Communicator.anySource, Communicator.anyTag), "a message in the silence");
            }), "the quiesce");
            world.Sendrecv<int>([round], Ring.Next(world), 9, new int[1], Ring.Previous(world), 9);
        }
    }

    [Ranks(Min = 2)]
    public static void A_rank_that_comes_late_is_waited_for(Intracommunicator world)
    {
        using var silence = new Silence(world);
        if (world.Rank == world.Size - 1)
            System.Threading.Thread.Sleep(200);
        world.Send<int>([1], Ring.Next(world), 5);
        Expect.Equal((long)world.Size, silence.Reach().CapturedMessages, "captured messages");
        world.Receive<int>(Ring.Previous(world), 5, new int[1]);
    }

    [Ranks(Min = 2)]
    public static void After_the_deadline_the_job_goes_on_and_the_report_names_who_did_not_come(Intracommunicator world)
    {
        using var silence = new Silence(world, TimeSpan.FromMilliseconds(100));
        int late = world.Size - 1;
        if (world.Rank != late)
            world.Send<int>([world.Rank], late, 6);
        if (world.Rank == late)
        {
            // It waits for a message that rank 0 sends after it has given up.
            world.Receive<int>(0, 7, new int[1]);
        }

        Expect.Equal(QuiesceOutcome.NotSilent, silence.Driver.Fall(static _ => throw new ExpectationException("acted")), "the quiesce");
        if (world.Rank == 0)
            world.Send<int>([1], late, 7);
        silence.RefusedReason(world, $"has waited 100ms for rank {late} to come");
        for (int source = 0; world.Rank == late && source < late; source++)
            world.Receive<int>(source, 6, new int[1]);
        world.Barrier();
        using var patient = new Silence(world);
        Expect.Equal(0L, patient.Reach().CapturedMessages, "captured messages of the next quiesce");
    }

    public static void A_counter_that_is_wrong_is_found_by_the_proof(Intracommunicator world)
    {
        using var silence = new Silence(world);
        using var wrong = (Intracommunicator)world.Clone();
        wrong.Name = "miscounted";
        if (world.Rank == world.Size - 1)
            wrong.Traffic!.CountReceived(0);
        silence.Refused();
        if (world.Rank == world.Size - 1)
            wrong.Traffic!.CountReceived(0);
        silence.Refused();
        if (world.Rank == 0)
        {
            wrong.Traffic!.CountSent(world.Size - 1);
            wrong.Traffic!.CountSent(world.Size - 1);
        }

        silence.Reach();
    }

    [Ranks(Min = 2)]
    public static void The_largest_amount_that_may_be_captured_is_kept(Intracommunicator world)
    {
        TrafficLedger.SwitchOn();
        var options = new QuiesceOptions(TimeSpan.FromSeconds(20), CaptureLimitBytes: 1000, TimeSpan.FromSeconds(40));
        using var driver = new QuiesceDriver(world, options, TimeProvider.System);
        string reasons = "";
        driver.Explained += said => reasons = said;
        for (int message = 0; world.Rank == 0 && message < 4; message++)
            world.Send<int>(new int[200], 1, 8);
        Expect.Equal(QuiesceOutcome.NotSilent, driver.Fall(static _ => { }), "the quiesce");
        driver.AwaitOutstanding();
        Expect.True(world.Rank != 0 || reasons.Contains("rank 1 has captured more than", StringComparison.Ordinal), reasons);
        for (int message = 0; world.Rank == 1 && message < 4; message++)
            world.Receive<int>(0, 8, new int[200]);
    }
}
