using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using HpcVirt.Mpi.Resilience;
using MPI;

namespace HpcVirt.Samples.Farm;

/// <summary>
/// A master hands out numbered tasks and takes results from whoever is ready; every worker has several tasks under way. The ranks take different
/// numbers of steps, so that their safe points are not numbered. What is on its way when the job is saved is part of the checkpoint: no task is lost
/// or done twice. The master never waits for a task to be taken, since the worker may be waiting for it to take a result: its sends are live over the
/// safe points, and have names.
/// </summary>
internal static class TaskFarm
{
    private const int TaskTag = 1;
    private const int ResultTag = 2;
    private const int EndTag = 3;

    public static int Run(ResilientJob job, FarmOptions options)
    {
        if (job.World.Size < 2)
            throw new InvalidOperationException("farm tasks needs a master and at least one worker: start it on 2 ranks or more.");
        return job.World.Rank == 0 ? Lead(job, options) : Work(job, options);
    }

    private static int Lead(ResilientJob job, FarmOptions options)
    {
        int[] done = new int[options.Tasks];
        var desk = new Desk();
        job.Protect<int>("done", () => done);
        job.Protect("desk", () => desk, restored => desk = restored);
        Outbox[] outboxes = new Outbox[job.World.Size];
        for (int worker = 1; worker < job.World.Size; worker++)
            outboxes[worker] = new Outbox(job, worker, options);
        job.Restore();

        byte[] message = new byte[options.LargeBytes];
        for (int round = 0; job.IsFresh && round < options.Depth; round++)
        {
            for (int worker = 1; worker < job.World.Size; worker++)
                HandOut(worker);
        }

        while (desk.Results < options.Tasks)
        {
            job.SafePoint();
            MessageStatus status = job.World.Receive<byte>(Communicator.anySource, ResultTag, message);
            int task = MemoryMarshal.Read<int>(message);
            done[task]++;
            desk.Results++;
            desk.Sum += Content.HashOf(message.AsSpan(0, status.Count));
            HandOut(status.Source);
        }

        if (!desk.HasEnded)
        {
            for (int worker = 1; worker < job.World.Size; worker++)
            {
                outboxes[worker].Complete();
                job.World.Send<byte>(message.AsSpan(0, 8), worker, EndTag);
            }

            desk.HasEnded = true;
        }

        int once = Array.FindAll(done, static times => times == 1).Length;
        Console.WriteLine($"tasks: {options.Tasks}, done exactly once: {once}, sum {desk.Sum:x16}");
        return once == options.Tasks ? 0 : 1;

        void HandOut(int worker)
        {
            if (desk.NextTask >= options.Tasks)
                return;
            outboxes[worker].Send(desk.NextTask++);
        }
    }

    private static int Work(ResilientJob job, FarmOptions options)
    {
        var bench = new Bench();
        job.Protect("bench", () => bench, restored => bench = restored);
        job.Restore();
        byte[] message = new byte[options.LargeBytes];
        while (!bench.HasEnded)
        {
            job.SafePoint();
            MessageStatus status = job.World.Receive<byte>(0, Communicator.anyTag, message);
            if (status.Tag == EndTag)
            {
                bench.HasEnded = true;
                break;
            }

            Content.Work(message.AsSpan(0, status.Count), options.TaskTime);
            bench.Tasks++;
            job.World.Send<byte>(message.AsSpan(0, status.Count), 0, ResultTag);
        }

        return 0;
    }

    /// <summary>The tasks that are on their way to one worker: as many places as tasks may be under way.</summary>
    private sealed class Outbox
    {
        private readonly byte[][] _messages;
        private readonly int[] _lengths;
        private readonly InFlight[] _sends;
        private readonly int _largeBytes;
        private int _next;

        public Outbox(ResilientJob job, int worker, FarmOptions options)
        {
            _largeBytes = options.LargeBytes;
            _messages = new byte[options.Depth][];
            _lengths = new int[options.Depth];
            _sends = new InFlight[options.Depth];
            for (int place = 0; place < options.Depth; place++)
            {
                int at = place;
                _messages[place] = new byte[options.LargeBytes];
                _sends[place] = job.InFlight(
                    $"task {place} to worker {worker}", () => job.World.ImmediateSend<byte>(_messages[at].AsMemory(0, _lengths[at]), worker, TaskTag));
            }
        }

        public void Send(int task)
        {
            // A place is free when its task was taken, which it was if a result has come that the worker has sent since.
            int place = _next;
            _next = (place + 1) % _sends.Length;
            if (_sends[place].IsLive)
                _sends[place].Wait();
            _lengths[place] = Content.Fill(_messages[place], task, _largeBytes);
            _sends[place].Post();
        }

        public void Complete()
        {
            foreach (InFlight send in _sends)
            {
                if (send.IsLive)
                    send.Wait();
            }
        }
    }

    /// <summary>The master's state.</summary>
    internal sealed class Desk
    {
        public int NextTask { get; set; }

        public int Results { get; set; }

        public ulong Sum { get; set; }

        public bool HasEnded { get; set; }
    }

    /// <summary>A worker's state.</summary>
    internal sealed class Bench
    {
        public int Tasks { get; set; }

        public bool HasEnded { get; set; }
    }

    /// <summary>What stands in the messages of a task.</summary>
    private static class Content
    {
        /// <summary>Writes a task; every third is large.</summary>
        /// <returns>Its length.</returns>
        public static int Fill(byte[] message, int task, int largeBytes)
        {
            int length = task % 3 == 0 ? largeBytes : 64;
            length = Math.Min(length, largeBytes) / 4 * 4;
            Span<int> numbers = MemoryMarshal.Cast<byte, int>(message.AsSpan(0, length));
            for (int index = 0; index < numbers.Length; index++)
                numbers[index] = task + (index * 7);
            numbers[0] = task;
            return length;
        }

        /// <summary>Does the task, and takes some time for it.</summary>
        public static void Work(Span<byte> message, TimeSpan time)
        {
            long start = Stopwatch.GetTimestamp();
            Span<int> numbers = MemoryMarshal.Cast<byte, int>(message);
            for (int index = 1; index < numbers.Length; index++)
                numbers[index] = (numbers[index] * 31) ^ numbers[0];
            while (Stopwatch.GetElapsedTime(start) < time)
            {
            }
        }

        public static ulong HashOf(ReadOnlySpan<byte> message)
        {
            ulong hash = 14695981039346656037;
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(message))
                hash = (hash ^ word) * 1099511628211;
            return hash;
        }
    }
}
