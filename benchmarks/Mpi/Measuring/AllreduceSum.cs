using System;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>The sum of vectors over the ranks. The C contender is <c>benchmarks/c/allreduce.c</c>.</summary>
internal sealed unsafe class AllreduceSum : IDisposable
{
    private readonly Intracommunicator _world;
    private readonly MpiBuffer<double> _mine, _sum;
    private readonly delegate* unmanaged<double*, double*, int, int, void> _c;

    public AllreduceSum(Intracommunicator world, CLibrary? c, int count, bool isPolled = false)
    {
        _world = world;
        _c = c is null ? null : isPolled ? c.PolledAllreduce : c.Allreduce;
        if (isPolled)
            CallPath.Poll(true);
        _mine = new MpiBuffer<double>(count);
        _sum = new MpiBuffer<double>(count);
        _mine.Span.Fill(1);
        _sum.Span.Fill(1);
    }

    public void Ours(int calls)
    {
        for (int call = 0; call < calls; call++)
            _world.Allreduce(_mine.Span, _sum.Span, Operation<double>.Add);
    }

    public void Theirs(int calls) => _c((double*)_mine.Address, (double*)_sum.Address, _mine.Length, calls);

    public void Dispose()
    {
        ((IDisposable)_mine).Dispose();
        ((IDisposable)_sum).Dispose();
    }
}
