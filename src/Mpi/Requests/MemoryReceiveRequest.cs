using System;

namespace MPI;

/// <summary>A receive under way into an array or memory of the program, which stays pinned until it is complete.</summary>
internal sealed class MemoryReceiveRequest<T>(Communicator communicator, int source, int tag, Memory<T> memory, object target)
    : DirectReceiveRequest(communicator, source, tag, HeldMemory.Room(memory), memory.Length, Datatype<T>.Handle)
{
    public override object? GetValue()
    {
        Wait();
        return target;
    }
}
