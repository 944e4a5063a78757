using System;
using System.Runtime.CompilerServices;
using MPI.Native;

namespace MPI;

/// <summary>A receive under way of one value that travels as its bytes.</summary>
internal sealed unsafe class ValueReceiveRequest<T>(Communicator communicator, int source, int tag, Action<T>? action)
    : DirectReceiveRequest(communicator, source, tag, HeldMemory.Cell(default(T)), 1, Datatype<T>.Handle)
{
    private T _value = default!;

    public override object? GetValue()
    {
        Wait();
        return _value;
    }

    private protected override int Take(NativeStatus* status)
    {
        _value = Unsafe.Read<T>(Address);
        return base.Take(status);
    }

    private protected override void Announce() => action?.Invoke(_value);
}
