using System;
using HpcVirt.Samples.Stencil;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>The stencil sample's sweep in one process, without MPI. The C contender is <c>benchmarks/c/sweep.c</c>.</summary>
internal sealed unsafe class PlateSweep : IDisposable
{
    private readonly CellRange _cells;
    private readonly delegate* unmanaged<double*, double*, nint, nint, nint, double> _c;
    private MpiBuffer<double> _current, _next;

    public PlateSweep(CLibrary c, int rows, int columns)
    {
        int stride = columns + 2;
        _c = c.Sweep;
        _cells = new CellRange(stride + 1, rows, columns, stride);
        _current = new MpiBuffer<double>((rows + 2) * stride);
        _next = new MpiBuffer<double>((rows + 2) * stride);
        _current.Span[..stride].Fill(100);
        _next.Span[..stride].Fill(100);
    }

    private double Change { get; set; }

    public void Ours(int calls)
    {
        for (int call = 0; call < calls; call++)
        {
            Change = FivePointSweep.Apply(_current.Span, _next.Span, _cells);
            (_current, _next) = (_next, _current);
        }
    }

    public void Theirs(int calls)
    {
        for (int call = 0; call < calls; call++)
        {
            Change = _c((double*)_current.Address, (double*)_next.Address, _cells.Rows, _cells.Columns, _cells.Stride);
            (_current, _next) = (_next, _current);
        }
    }

    /// <summary>Whether both compute the same plate and the same change, bit for bit, from the same one.</summary>
    public bool ComputesWhatCComputes()
    {
        // Far enough that heat has reached cells whose values are no round numbers.
        Ours(100);
        using var start = new MpiBuffer<double>(_current.Length);
        _current.Span.CopyTo(start.Span);

        Ours(1);
        double ourChange = Change;
        using var ourPlate = new MpiBuffer<double>(_current.Length);
        _current.Span.CopyTo(ourPlate.Span);

        start.Span.CopyTo(_current.Span);
        Theirs(1);
        return ourChange == Change && ourPlate.Span.SequenceEqual(_current.Span);
    }

    public void Dispose()
    {
        ((IDisposable)_current).Dispose();
        ((IDisposable)_next).Dispose();
    }
}
