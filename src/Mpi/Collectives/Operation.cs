using System;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using MPI.Native;

namespace MPI;

/// <summary>MPI_User_function. Stands outside the generic class because the runtime makes native pointers of non-generic delegates only.</summary>
internal unsafe delegate void UserFunction(void* input, void* inputOutput, int* length, nint* datatype);

/// <summary>
/// Reduction operations: the predefined ones as static properties, and a user's own as an object with a native handle, for use with many calls.
/// Source-compatible with MPI.NET.
/// </summary>
/// <typeparam name="T">The value type.</typeparam>
public sealed class Operation<T> : IDisposable, INativeObject
{
    private readonly ReductionOperation<T> _operation;
    private readonly UserFunction? _trampoline;
    private readonly bool _ownsHandle;
    private nint _handle;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Makes a native operation of a delegate; predefined delegates map to predefined operations.</summary>
    /// <param name="op">The delegate. It is treated as associative and not commutative: operands come in rank order.</param>
    /// <exception cref="ArgumentException">Values of <typeparamref name="T"/> hold references, which native reductions cannot carry.</exception>
    public unsafe Operation(ReductionOperation<T> op)
    {
        ArgumentNullException.ThrowIfNull(op);
        if (!Datatype<T>.IsDirect)
            throw new ArgumentException($"Values of {typeof(T)} hold references: the collectives reduce them without a native operation.", nameof(op));
        _operation = op;
        _handle = PredefinedOperations<T>.HandleOf(op);
        if (_handle != 0)
            return;

        _trampoline = Apply;
        _ownsHandle = true;
        _handle = Create(_trampoline);
        NativeObjects.Add(this);
    }

    /// <summary>The smaller value.</summary>
    public static ReductionOperation<T> Min => PredefinedOperations<T>.Min;

    /// <summary>The larger value.</summary>
    public static ReductionOperation<T> Max => PredefinedOperations<T>.Max;

    /// <summary>The sum.</summary>
    public static ReductionOperation<T> Add => PredefinedOperations<T>.Sum;

    /// <summary>The product.</summary>
    public static ReductionOperation<T> Multiply => PredefinedOperations<T>.Product;

    /// <summary>True if both are.</summary>
    public static ReductionOperation<T> LogicalAnd => PredefinedOperations<T>.LogicalAnd;

    /// <summary>True if one is.</summary>
    public static ReductionOperation<T> LogicalOr => PredefinedOperations<T>.LogicalOr;

    /// <summary>The bits that both have.</summary>
    public static ReductionOperation<T> BitwiseAnd => PredefinedOperations<T>.BitwiseAnd;

    /// <summary>The bits that one has.</summary>
    public static ReductionOperation<T> BitwiseOr => PredefinedOperations<T>.BitwiseOr;

    /// <summary>The bits that exactly one has.</summary>
    public static ReductionOperation<T> ExclusiveOr => PredefinedOperations<T>.BitwiseXor;

    /// <summary>The native operation.</summary>
    public nint Op => _handle;

    /// <summary>The native handle of a predefined delegate, or MPI_OP_NULL for a user's own.</summary>
    /// <param name="op">The delegate.</param>
    /// <returns>The handle.</returns>
    public static nint GetPredefinedOperation(ReductionOperation<T> op) =>
        PredefinedOperations<T>.HandleOf(op) is { } handle and not 0 ? handle : Abi.Table.OpNull;

    /// <summary>Frees the native operation of a user's own delegate.</summary>
    public unsafe void Dispose()
    {
        if (!_ownsHandle || _handle == Abi.Table.OpNull || Environment.Finalized)
            return;
        nint handle = _handle;
        _handle = Abi.Table.OpNull;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Op_free(&handle), "MPI_Op_free");
        GC.KeepAlive(_trampoline);
    }

    /// <summary>Throws what the user's delegate threw inside the library, where it could not be thrown.</summary>
    internal void RethrowFailure()
    {
        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    unsafe void INativeObject.Release()
    {
        nint handle = _handle;
        if (handle != Abi.Table.OpNull) _ = NativeMpi.MPI_Op_free(&handle);
    }

    void INativeObject.Renew()
    {
        if (_handle != Abi.Table.OpNull) _handle = Create(_trampoline!);
    }

    private static unsafe nint Create(UserFunction trampoline)
    {
        nint handle = 0;
        void* function = (void*)Marshal.GetFunctionPointerForDelegate(trampoline);
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Op_create(function, 0, &handle), "MPI_Op_create");
        return handle;
    }

    private unsafe void Apply(void* input, void* inputOutput, int* length, nint* datatype)
    {
        try
        {
            for (int index = 0; index < *length; index++)
            {
                ref T left = ref Unsafe.Add(ref Unsafe.AsRef<T>(input), index);
                ref T right = ref Unsafe.Add(ref Unsafe.AsRef<T>(inputOutput), index);
                right = _operation(left, right);
            }
        }
        catch (Exception failure)
        {
            // An exception must not unwind through the library's frames: it is kept and thrown when the call has returned.
            _failure ??= ExceptionDispatchInfo.Capture(failure);
        }
    }
}
