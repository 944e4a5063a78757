using System;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>A message goes to rank 1 and back; one call is one round trip. The C contender is <c>benchmarks/c/pingpong.c</c>.</summary>
internal sealed class PingPong(Intracommunicator world, int bytes) : IDisposable
{
    private readonly MpiBuffer<byte> _message = new(bytes);

    public void Batch(int calls)
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

    public void Dispose() => ((IDisposable)_message).Dispose();
}
