using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using HpcVirt.Mpi.Resilience;
using MPI;

namespace HpcVirt.Ranks.Programs;

/// <summary>
/// A job that makes a communicator of every kind at its beginning, learns things by collectives there, and uses all of it in every step: whatever is wrong beneath one of
/// the objects after a rank has moved shows in the last line. <c>steps=N</c>, <c>pace=MILLISECONDS</c>, and what stands in the way of a move in which the
/// others keep their state: <c>with=send|late|crossing|loops|between</c>; <c>with=plain</c> makes no communicators.
/// </summary>
internal static class StructuresProgram
{
    public const string Name = "structures";

    public static int Run(string[] args)
    {
        string with = Option(args, "with") ?? "";
        int steps = int.Parse(Option(args, "steps") ?? "100"), pace = int.Parse(Option(args, "pace") ?? "0");
        var options = new ResilientOptions { Program = Name, Interval = CheckpointInterval.WhenAsked };
        return ResilientJob.Run([], options, job =>
        {
            Intracommunicator world = job.World;
            ulong hash = Learn(world);
            using Structures? structures = with == "plain" ? null : new Structures(world);
            job.Protect("hash", () => hash, value => hash = value);
            double[] numbers = [.. Enumerable.Range(0, 100_000).Select(index => (double)(index * (world.Rank + 1)))];
            job.Protect<double>("numbers", () => numbers);
            int[] arrived = new int[1];
            InFlight? crossing = with == "crossing" ? job.InFlight("arrived", () => world.ImmediateReceive<int>(Left(world), 9, arrived)) : null;
            if (with == "send") Exchange(world, 1);
            if (with == "between")
            {
                _ = job.Restore();
                _ = world.Allreduce(1, Operation<int>.Add);
            }

            var late = new List<IDisposable>();
            for (int loop = 0; loop < (with == "loops" ? 2 : 1); loop++)
            {
                foreach (long step in job.Steps(steps))
                {
                    if (with == "late" && late.Count == 0) late.Add((IDisposable)world.Clone());
                    if (crossing is { IsLive: false }) crossing.Post();
                    hash = Mix(hash, (ulong)step);
                    for (int index = (int)(step % 7); index < numbers.Length; index += 7) numbers[index] = (numbers[index] * 0.5) + hash % 1000;
                    hash = Mix(hash, (ulong)BitConverter.DoubleToInt64Bits(numbers[(int)(step % numbers.Length)]));
                    hash = Mix(hash, (ulong)Exchange(world, (int)(hash & 0xFFFF)));
                    hash = structures?.Use(hash) ?? hash;
                    Thread.Sleep(pace);
                }
            }

            if (crossing is not null)
            {
                world.Send<int>([7], (world.Rank + 1) % world.Size, 9);
                crossing.Wait();
            }

            late.ForEach(static one => one.Dispose());
            ulong[] all = world.Allgather(hash);
            if (world.Rank == 0) Console.WriteLine($"result {string.Join(' ', all)}");
        });
    }

    /// <summary>What a program learns at its beginning, of all kinds of types: from one rank, and from all.</summary>
    private static ulong Learn(Intracommunicator world)
    {
        int seed = world.Rank == 0 ? 17 : 0;
        world.Broadcast(ref seed, 0);
        string text = world.Rank == 0 ? "given by rank 0" : "";
        world.Broadcast(ref text, 0);
        int[] shares = world.Allgather(seed * (world.Rank + 1));
        string[] names = world.Allgather($"rank {world.Rank}");
        long before = world.Scan((long)world.Rank + 1, Operation<long>.Add);
        int own = world.Scatter<int>(world.Rank == 0 ? [.. Enumerable.Range(100, world.Size)] : null!, 0);
        world.Barrier();
        int mixed = world.Allreduce(world.Rank + 2, static (one, other) => one * other);
        return shares.Select(static share => (ulong)share).Concat(names.Select(static name => (ulong)name.Length)).Append((ulong)before).Append((ulong)own).Append((ulong)mixed).Append((ulong)text.Length)
            .Aggregate(1UL, Mix);
    }

    internal static int Exchange(Intracommunicator world, int value)
    {
        int[] got = new int[1];
        world.Sendrecv<int>([value], (world.Rank + 1) % world.Size, 1, got, Left(world), 1);
        return got[0];
    }

    private static int Left(Intracommunicator world) => (world.Rank + world.Size - 1) % world.Size;

    internal static ulong Mix(ulong hash, ulong value) => (hash * 6364136223846793005UL) + value + 1442695040888963407UL;

    private static string? Option(string[] args, string name) => args.FirstOrDefault(arg => arg.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
