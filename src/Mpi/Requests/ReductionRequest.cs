using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace MPI;

/// <summary>A reduction under way. An operation of the program's own lives until the reduction is complete; what it threw is thrown by the Wait or Test then.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The operation ends with the native request, not with the object.")]
internal sealed class ReductionRequest<T> : CollectiveRequest
{
    private readonly Operation<T>? _own;
    private GCHandle _root;

    public ReductionRequest(Intracommunicator communicator, string call, in HeldMemory send, in HeldMemory receive, ReductionOperation<T> operation)
        : base(communicator, call, send, receive)
    {
        Operation = PredefinedOperations<T>.HandleOf(operation);
        if (Operation != 0)
            return;
        _own = new Operation<T>(operation);
        Operation = _own.Op;

        // The library calls the delegate, also when the program has let the request go.
        _root = GCHandle.Alloc(_own);
    }

    /// <summary>The native operation.</summary>
    public nint Operation { get; }

    private protected override void Release()
    {
        base.Release();
        _own?.Dispose();
        if (_root.IsAllocated)
            _root.Free();
    }

    private protected override void Announce() => _own?.RethrowFailure();
}
