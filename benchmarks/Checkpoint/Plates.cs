using System;
using HpcVirt.Checkpoint;
using HpcVirt.Samples.Stencil;
using MPI;

namespace HpcVirt.Benchmarks.Checkpoint;

/// <summary>The two plates of a stencil that sweeps from one to the other and back.</summary>
internal sealed class Plates : IDisposable
{
    private const int Side = 2048;
    private const int Stride = Side + 2;

    private static readonly CellRange Cells = new(Stride + 1, Side, Side, Stride);

    private readonly MpiBuffer<double> _first = new((Side + 2) * Stride);
    private readonly MpiBuffer<double> _second = new((Side + 2) * Stride);

    public Plates()
    {
        _first.Span.Clear();
        _second.Span.Clear();
        _first.Span[..Stride].Fill(100);
    }

    /// <param name="count">An even number.</param>
    public void Sweep(int count)
    {
        for (int i = 0; i < count; i += 2)
        {
            FivePointSweep.Apply(_first.Span, _second.Span, Cells);
            FivePointSweep.Apply(_second.Span, _first.Span, Cells);
        }
    }

    /// <summary>What a checkpoint does to the plates: finds what has changed, and protects it again.</summary>
    public void Look(KernelTracker tracker)
    {
        foreach (MpiBuffer<double> plate in (MpiBuffer<double>[])[_first, _second])
        {
            long bytes = (long)plate.Length * sizeof(double);
            tracker.Collect(plate.Address, bytes, new PageSet(PageSet.PagesOf(bytes)));
        }
    }

    public void Dispose()
    {
        ((IDisposable)_first).Dispose();
        ((IDisposable)_second).Dispose();
    }
}
