using System;
using System.Linq;
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

    private readonly CheckpointRegion[] _regions;

    public Plates()
    {
        _regions = [new MemoryRegion<double>("first", () => _first.Memory), new MemoryRegion<double>("second", () => _second.Memory)];
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

    /// <summary>What a checkpoint does to the plates: finds what has changed, and watches again.</summary>
    public void Look(RegionWatch watch)
    {
        RegionDescriptor[] descriptors = [.. _regions.Select(static r => r.BeginSave())];
        watch.Collect(_regions, descriptors);
        foreach (CheckpointRegion region in _regions) region.EndSave();
    }

    public void Dispose()
    {
        ((IDisposable)_first).Dispose();
        ((IDisposable)_second).Dispose();
    }
}
