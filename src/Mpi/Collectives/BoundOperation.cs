using System;

namespace MPI;

/// <summary>The native operation of one blocking call: a predefined handle without any allocation, or a user's operation made for the call and freed after it.</summary>
/// <typeparam name="T">The value type.</typeparam>
internal readonly ref struct BoundOperation<T> : IDisposable
{
    private readonly Operation<T>? _own;

    public BoundOperation(ReductionOperation<T> operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Handle = PredefinedOperations<T>.HandleOf(operation);
        if (Handle == 0)
        {
            _own = new Operation<T>(operation);
            Handle = _own.Op;
        }
    }

    public nint Handle { get; }

    public void Dispose()
    {
        _own?.Dispose();
        _own?.RethrowFailure();
    }
}
