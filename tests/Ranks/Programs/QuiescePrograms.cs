using System;
using System.Linq;
using System.Threading;
using HpcVirt.Mpi.Resilience;
using HpcVirt.Mpi.Resilience.Quiesce;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Programs;

/// <summary>Programs that a quiesce has to bear and that cannot share a process with other cases.</summary>
internal static class QuiescePrograms
{
    /// <summary>Two ranks; a communicator is freed while a message is on its way there. MPI may give its message space to the next communicator, so that nothing is made after it.</summary>
    public static int Freed()
    {
        string[] args = [];
        using var environment = new MPI.Environment(ref args);
        TrafficLedger.SwitchOn();
        Intracommunicator world = Communicator.world;
        using QuiesceDriver driver = Driver(world, TimeSpan.FromMilliseconds(300));
        var doomed = (Intracommunicator)world.Clone();
        doomed.Name = "doomed";
        if (world.Rank == 0)
            doomed.Send<int>([1], 1, 0);
        doomed.Dispose();
        driver.Explained += reasons => Console.WriteLine($"refused: {reasons}");
        Console.WriteLine($"rank {world.Rank}: {driver.Fall(static _ => { })}");
        driver.AwaitOutstanding();
        world.Sendrecv<int>([1], (world.Rank + 1) % world.Size, 1, new int[1], (world.Rank + 1) % world.Size, 1);
        Console.WriteLine($"rank {world.Rank} goes on");
        return 0;
    }

    /// <summary>
    /// MPI_THREAD_MULTIPLE: a second thread of each rank exchanges messages with its like all the time, and is held at the gate in every silence.
    /// </summary>
    public static int Threads()
    {
        string[] args = [];
        using var environment = new MPI.Environment(ref args, Threading.Multiple);
        if (MPI.Environment.Threading != Threading.Multiple)
        {
            Console.WriteLine("missing capability: MPI_THREAD_MULTIPLE");
            return 0;
        }

        TrafficLedger.SwitchOn();
        Intracommunicator world = Communicator.world;
        using var chatter = (Intracommunicator)world.Clone();
        using QuiesceDriver driver = Driver(world, TimeSpan.FromSeconds(20));
        int other = 1 - world.Rank;
        int exchanged = 0;
        const int exchanges = 2000;
        var second = new Thread(() =>
        {
            int[] got = new int[1];
            for (int round = 0; round < exchanges; round++)
            {
                chatter.Sendrecv<int>([round], other, 3, got, other, 3);
                if (got[0] != round)
                    throw new InvalidOperationException($"exchange {round} brought {got[0]}");
                Volatile.Write(ref exchanged, round + 1);
            }
        });
        second.Start();
        int silences = 0;
        long moved = 0;
        while (silences < 20)
        {
            QuiesceOutcome outcome = driver.Fall(_ =>
            {
                silences++;
                long before = Messages();
                Thread.Sleep(5);
                moved += Messages() - before;
            });
            if (outcome != QuiesceOutcome.Done)
                throw new InvalidOperationException("not silent");
            Thread.Sleep(1);
        }

        second.Join();
        Console.WriteLine($"rank {world.Rank}: {silences} silences, {exchanged} exchanges, {moved} messages in a silence");
        return moved == 0 && exchanged == exchanges ? 0 : 1;

        long Messages() => chatter.Traffic!.Of(other).Sent + chatter.Traffic.Of(other).Received;
    }

    /// <summary>MPI_THREAD_FUNNELED: a call from a second thread is refused with its name, and the job goes on.</summary>
    public static int Funneled()
    {
        string[] args = [];
        using var environment = new MPI.Environment(ref args, Threading.Funneled);
        var options = new ResilientOptions { Interval = CheckpointInterval.EverySteps(2), Program = "funneled" };
        using ResilientSession session = ResilientSession.Open(options);
        string refusal = "";
        for (long step = session.Restore(); step < 6; step++)
        {
            session.SafePoint(step);
            var stray = new Thread(() =>
            {
                try
                {
                    session.World.Send<int>([1], session.World.Rank, 0);
                }
                catch (InvalidOperationException told)
                {
                    refusal = told.Message;
                }
            })
            {
                Name = "the stray",
            };
            stray.Start();
            stray.Join();
            session.World.Allreduce(1.0, Operation<double>.Add);
        }

        session.Complete();
        Console.WriteLine($"rank {session.World.Rank}: {refusal}");
        return refusal.Contains("'the stray' called MPI", StringComparison.Ordinal) ? 0 : 1;
    }

    /// <summary>A rank that stops coming to safe points for a while: the checkpoint is given up, the job goes on, and the next one succeeds.</summary>
    public static int Late(string[] args)
    {
        int late = int.Parse(args.FirstOrDefault() ?? "1");
        var options = new ResilientOptions
        {
            Interval = CheckpointInterval.EverySteps(10),
            QuiesceDeadline = TimeSpan.FromMilliseconds(200),
            Program = "late",
        };
        return ResilientJob.Run([], options, job =>
        {
            long sum = 0;
            job.Protect("sum", () => sum, restored => sum = restored);
            foreach (long step in job.Steps(30))
            {
                int right = (job.World.Rank + 1) % job.World.Size;
                int left = (job.World.Rank + job.World.Size - 1) % job.World.Size;
                job.World.Send<long>([step], right, 1);

                // Before its tenth safe point one rank takes longer than the deadline.
                if (step == 9 && job.World.Rank == late)
                    Thread.Sleep(800);
                long[] got = new long[1];
                job.World.Receive<long>(left, 1, got);
                sum += got[0];
            }

            Console.WriteLine($"rank {job.World.Rank}: sum {sum}");
        });
    }

    /// <summary>Ranks whose programs end at different times, one perhaps before its first safe point, while checkpoints go on.</summary>
    public static int Early(string[] args)
    {
        long[] pointsOfRank = [.. args.Select(long.Parse)];
        return ResilientJob.Run([], new ResilientOptions { Program = "early" }, job =>
        {
            long passed = 0;
            job.Protect("passed", () => passed, restored => passed = restored);
            job.Restore();
            long points = pointsOfRank[job.World.Rank];
            while (passed < points)
            {
                job.SafePoint();
                passed++;
                Thread.Sleep(2);
            }

            Console.WriteLine($"rank {job.World.Rank}: passed {passed}");
        });
    }

    private static QuiesceDriver Driver(Intracommunicator world, TimeSpan deadline) =>
        new(world, new QuiesceOptions(deadline, 1 << 28, TimeSpan.FromSeconds(40)), TimeProvider.System);
}
