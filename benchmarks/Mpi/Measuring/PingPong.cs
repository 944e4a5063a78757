using System;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>A message goes to rank 1 and back; one call is one round trip. The C contender is <c>benchmarks/c/pingpong.c</c>.</summary>
internal sealed unsafe class PingPong(Intracommunicator world, CLibrary? c, int bytes) : IDisposable
{
    private readonly MpiBuffer<byte> _message = new(bytes);
    private readonly delegate* unmanaged<void*, int, int, int, void> _c = c is null ? null : c.PingPong;

    public void Ours(int calls)
    {
        Span<byte> message = _message.Span;
        for (int call = 0; call < calls; call++)
        {
            if (world.Rank == 0)
            {
                world.Send<byte>(message, 1, 0);
                world.Receive(1, 0, message);
            }
            else
            {
                world.Receive(0, 0, message);
                world.Send<byte>(message, 0, 0);
            }
        }
    }

    public void Theirs(int calls) => _c((void*)_message.Address, _message.Length, world.Rank, calls);

    public void Dispose() => ((IDisposable)_message).Dispose();
}
