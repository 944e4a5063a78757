using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint;
using HpcVirt.Checkpoint.Redundancy;
using MPI;

namespace HpcVirt.Benchmarks.Checkpoint;

/// <summary>What one core does alone: sums of a failure group, and the stencil's sweep with and without tracked pages.</summary>
internal static class KernelBench
{
    private const int ChunkBytes = 64 << 20;
    private const int Repetitions = 9;
    private const int BlockBytes = 1 << 17;

    public static void Run(FigureLines figures)
    {
        if (figures.IsWanted("xor_kernel", "rs_kernel")) Sums(figures);
        if (figures.IsWanted("tracking_sweep")) Sweep(figures);
    }

    /// <summary>Bytes of the sources per second, beside bytes copied per second: one sum of three chunks, and two sums of two.</summary>
    private static void Sums(FigureLines figures)
    {
        MpiBuffer<byte>[] chunks = [.. Enumerable.Range(0, 3).Select(static _ => new MpiBuffer<byte>(ChunkBytes))];
        using var sum = new MpiBuffer<byte>(ChunkBytes);
        foreach (MpiBuffer<byte> chunk in chunks) new Random(1).NextBytes(chunk.Span);
        var code = new StripeCode(4, 2);
        List<double> xor = [], reedSolomon = [];
        for (int i = 0; i < Repetitions + 1; i++)
        {
            double memcpy = ChunkBytes / Seconds(() => chunks[0].Span.CopyTo(sum.Span));
            double summed = 3.0 * ChunkBytes / Seconds(() => Add(chunks, sum.Span, static _ => 1));
            double weighted = 2.0 * ChunkBytes / Seconds(() => Add(chunks[..2], sum.Span, chunk => code.Weight(1, chunk)));
            if (i == 0) continue;
            xor.Add(summed / memcpy);
            reedSolomon.Add(weighted / memcpy);
        }

        foreach (MpiBuffer<byte> chunk in chunks) ((IDisposable)chunk).Dispose();
        figures.Say("xor_kernel", "memcpy of the sources, one core", -0.6, xor);
        figures.Say("rs_kernel", $"memcpy of the sources, one core ({GaloisKernel.Name})", -0.6, reedSolomon);
    }

    private static void Add(MpiBuffer<byte>[] chunks, Span<byte> sum, Func<int, byte> weight)
    {
        for (int offset = 0; offset < sum.Length; offset += BlockBytes)
        {
            for (int chunk = 0; chunk < chunks.Length; chunk++)
                GaloisKernel.Accumulate(weight(chunk), chunks[chunk].Span.Slice(offset, BlockBytes), sum.Slice(offset, BlockBytes), adds: chunk > 0);
        }
    }

    /// <summary>
    /// The stencil's sweeps on plates whose changes are looked for every two seconds, far more often than any checkpoint, beside the same sweeps on
    /// plates that were never watched: processor time by turns. Faults on protected pages and huge pages that the kernel splits are in it.
    /// </summary>
    private static void Sweep(FigureLines figures)
    {
        const double StretchS = 2;
        using var tracker = KernelTracker.TryCreate(out string? reason);
        if (tracker is null)
        {
            Console.Error.WriteLine($"tracking_sweep is skipped: {reason}");
            return;
        }

        using Plates watched = new(), plain = new();
        int sweeps = 2 * (int)double.Max(1, StretchS / 2 / double.Max(1e-4, Seconds(() => plain.Sweep(20)) / 20));
        List<double> ratios = [];
        for (int i = 0; i < Repetitions + 1; i++)
        {
            double without = Seconds(() => plain.Sweep(sweeps));
            double with = Seconds(() =>
            {
                watched.Look(tracker);
                watched.Sweep(sweeps);
            });

            // The first time registers the memory, and wakes the clock of a core that slept.
            if (i > 0) ratios.Add(with / without);
        }

        figures.Say("tracking_sweep", $"{sweeps} sweeps of plates of 32 MiB that nobody watches", 1.02, ratios);
    }

    /// <summary>Time on a core, the kernel's included, and not time on the wall: other programs on the machine are none of its business.</summary>
    private static double Seconds(Action work)
    {
        TimeSpan before = System.Environment.CpuUsage.TotalTime;
        work();
        return (System.Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
