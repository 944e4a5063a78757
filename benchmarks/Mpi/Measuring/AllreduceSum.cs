using System;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>The sum of vectors over the ranks. The C contender is <c>benchmarks/c/allreduce.c</c>.</summary>
internal sealed class AllreduceSum : IDisposable
{
    private readonly Intracommunicator _world;
    private readonly MpiBuffer<double> _mine, _sum;

    public AllreduceSum(Intracommunicator world, int count)
    {
        _world = world;
        _mine = new MpiBuffer<double>(count);
        _sum = new MpiBuffer<double>(count);
        _mine.Span.Fill(1);
        _sum.Span.Fill(1);
    }

    public void Batch(int calls)
    {
        for (int call = 0; call < calls; call++)
            _world.Allreduce(_mine.Span, _sum.Span, Operation<double>.Add);
    }

    public void Dispose()
    {
        ((IDisposable)_mine).Dispose();
        ((IDisposable)_sum).Dispose();
    }
}
