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
    /// The stencil's sweeps on plates whose changes are looked for every two seconds, far more often than any checkpoint, beside as many sweeps
    /// without a look before them: processor time by turns. Faults on protected pages are in it as long as the store watches the plates; it finds out
    /// within three looks that this does not pay, so the median tells what a long job pays and the spread what its first looks cost.
    /// </summary>
    private static void Sweep(FigureLines figures)
    {
        const double StretchS = 2;
        using var watch = RegionWatch.Open(wanted: null);
        if (watch.Kind != TrackingKind.WriteProtection)
        {
            Console.Error.WriteLine($"tracking_sweep is skipped: {watch.WhyNotBetter}");
            return;
        }

        using Plates plates = new();
        int sweeps = 2 * (int)double.Max(1, StretchS / 2 / double.Max(1e-4, Seconds(() => plates.Sweep(20)) / 20));
        List<double> ratios = [];
        for (int i = 0; i < Repetitions + 1; i++)
        {
            // In the same memory, so that where it lies makes no difference: a page that was written since the last look costs nothing more.
            double without = Seconds(() => plates.Sweep(sweeps));
            double with = Seconds(() =>
            {
                plates.Look(watch);
                plates.Sweep(sweeps);
            });

            // The first time is the compiler's too.
            if (i > 0) ratios.Add(with / without);
        }

        figures.Say("tracking_sweep", $"{sweeps} sweeps of two plates of 32 MiB without a look before them", 1.02, ratios);
    }

    /// <summary>Time on a core, the kernel's included, and not time on the wall: other programs on the machine are none of its business.</summary>
    private static double Seconds(Action work)
    {
        TimeSpan before = System.Environment.CpuUsage.TotalTime;
        work();
        return (System.Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
