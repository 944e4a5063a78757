using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint;
using HpcVirt.Checkpoint.Redundancy;
using HpcVirt.Samples.Stencil;
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
    /// What one look at the changes costs the stencil, the kernel's protection that its next sweep meets included, on the interval between two
    /// checkpoints: processor time, by pairs of stretches with and without a look before them.
    /// </summary>
    private static void Sweep(FigureLines figures)
    {
        const int Side = 2048;
        const int SweepsPerStretch = 20;
        const int IntervalS = 30;
        const int Stride = Side + 2;
        using var tracker = KernelTracker.TryCreate(out string? reason);
        if (tracker is null)
        {
            Console.Error.WriteLine($"tracking_sweep is skipped: {reason}");
            return;
        }

        var cells = new CellRange(Stride + 1, Side, Side, Stride);
        using var first = new MpiBuffer<double>((Side + 2) * Stride);
        using var second = new MpiBuffer<double>((Side + 2) * Stride);
        first.Span[..Stride].Fill(100);
        List<double> ratios = [];
        for (int i = 0; i < Repetitions + 1; i++)
        {
            double without = Seconds(() => Sweeps(first, second, cells, SweepsPerStretch));
            double with = Seconds(() =>
            {
                foreach (MpiBuffer<double> plate in (MpiBuffer<double>[])[first, second])
                {
                    long bytes = (long)plate.Length * sizeof(double);
                    tracker.Collect(plate.Address, bytes, new PageSet(PageSet.PagesOf(bytes)));
                }

                Sweeps(first, second, cells, SweepsPerStretch);
            });
            if (i > 0) ratios.Add(1 + (double.Max(0, with - without) / IntervalS));
        }

        figures.Say("tracking_sweep", $"sweeps without tracking, a checkpoint each {IntervalS} s, two plates of 32 MiB", 1.02, ratios);
    }

    private static void Sweeps(MpiBuffer<double> first, MpiBuffer<double> second, CellRange cells, int count)
    {
        for (int i = 0; i < count; i += 2)
        {
            FivePointSweep.Apply(first.Span, second.Span, cells);
            FivePointSweep.Apply(second.Span, first.Span, cells);
        }
    }

    /// <summary>Time on a core, the kernel's included, and not time on the wall: other programs on the machine are none of its business.</summary>
    private static double Seconds(Action work)
    {
        TimeSpan before = System.Environment.CpuUsage.TotalTime;
        work();
        return (System.Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
