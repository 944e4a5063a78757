using System;
using HpcVirt.Samples.Stencil;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>The stencil sample's sweep in one process, without MPI. The C contender is <c>benchmarks/c/sweep.c</c>.</summary>
internal sealed class PlateSweep : IDisposable
{
    private readonly CellRange _cells;
    private MpiBuffer<double> _current, _next;

    public PlateSweep(int rows, int columns)
    {
        int stride = columns + 2;
        _cells = new CellRange(stride + 1, rows, columns, stride);
        _current = new MpiBuffer<double>((rows + 2) * stride);
        _next = new MpiBuffer<double>((rows + 2) * stride);
        _current.Span[..stride].Fill(100);
        _next.Span[..stride].Fill(100);
    }

    public double Change { get; private set; }

    public void Batch(int calls)
    {
        for (int call = 0; call < calls; call++)
        {
            Change = FivePointSweep.Apply(_current.Span, _next.Span, _cells);
            (_current, _next) = (_next, _current);
        }
    }

    public void Dispose()
    {
        ((IDisposable)_current).Dispose();
        ((IDisposable)_next).Dispose();
    }
}
