using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MPI;

/// <summary>Scans, in MPI.NET's forms: each rank gets the combination of the ranks before it, in rank order.</summary>
public partial class Intracommunicator
{
    /// <summary>Combines the values of ranks 0 to this one (MPI_Scan). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <param name="op">The operation; associative, need not commute.</param>
    /// <returns>The combination.</returns>
    public unsafe T Scan<T>(T value, ReductionOperation<T> op)
    {
        ArgumentNullException.ThrowIfNull(op);
        if (!Datatype<T>.IsDirect)
            return ManagedReduction.Fold(Allgather(value).AsSpan(0, Rank + 1), op);
        T result = default!;
        using var operation = new BoundOperation<T>(op);
        ScanRaw(Unsafe.AsPointer(ref value), Unsafe.AsPointer(ref result), 1, Datatype<T>.Handle, operation.Handle);
        return result;
    }

    /// <summary>Combines the arrays of ranks 0 to this one, element by element (MPI_Scan). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation; associative, need not commute.</param>
    /// <returns>The combination.</returns>
    public T[] Scan<T>(T[] values, ReductionOperation<T> op)
    {
        T[]? result = null;
        Scan(values, op, ref result);
        return result;
    }

    /// <inheritdoc cref="Scan{T}(T[], ReductionOperation{T})"/>
    /// <param name="inValues">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation; associative, need not commute.</param>
    /// <param name="outValues">The combination: the array that is passed if it has the length, else a new one.</param>
    public unsafe void Scan<T>(T[] inValues, ReductionOperation<T> op, [NotNull] ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(inValues);
        ArgumentNullException.ThrowIfNull(op);
        if (!Datatype<T>.IsDirect)
        {
            T[][] parts = Allgather(inValues);
            ManagedReduction.Fold(parts.AsSpan(0, Rank + 1), op, outValues = Blocks.OfLength(outValues, inValues.Length));
            return;
        }

        using var operation = new BoundOperation<T>(op);
        T[] input = Blocks.Apart(inValues, outValues);
        outValues = Blocks.OfLength(outValues, inValues.Length);
        fixed (byte* send = &FirstByte(input))
        fixed (byte* receive = &FirstByte(outValues))
            ScanRaw(send, receive, inValues.Length, Datatype<T>.Handle, operation.Handle);
    }

    /// <summary>Combines the values of the ranks before this one (MPI_Exscan). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <param name="op">The operation; associative, need not commute.</param>
    /// <returns>The combination; the default on rank 0, which has none before it.</returns>
    public unsafe T? ExclusiveScan<T>(T value, ReductionOperation<T> op)
    {
        ArgumentNullException.ThrowIfNull(op);
        if (!Datatype<T>.IsDirect)
        {
            T[] values = Allgather(value);
            return Rank == 0 ? default : ManagedReduction.Fold(values.AsSpan(0, Rank), op);
        }

        T result = default!;
        using var operation = new BoundOperation<T>(op);
        ExclusiveScanRaw(Unsafe.AsPointer(ref value), Unsafe.AsPointer(ref result), 1, Datatype<T>.Handle, operation.Handle);
        return Rank == 0 ? default : result;
    }

    /// <summary>Combines the arrays of the ranks before this one, element by element (MPI_Exscan). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation; associative, need not commute.</param>
    /// <returns>The combination; null on rank 0, which has none before it.</returns>
    public T[]? ExclusiveScan<T>(T[] values, ReductionOperation<T> op)
    {
        T[]? result = null;
        ExclusiveScan(values, op, ref result);
        return result;
    }

    /// <inheritdoc cref="ExclusiveScan{T}(T[], ReductionOperation{T})"/>
    /// <param name="inValues">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation; associative, need not commute.</param>
    /// <param name="outValues">The combination, in the array that is passed if it has the length, else in a new one; null on rank 0.</param>
    public unsafe void ExclusiveScan<T>(T[] inValues, ReductionOperation<T> op, ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(inValues);
        ArgumentNullException.ThrowIfNull(op);
        T[] input = Blocks.Apart(inValues, outValues);
        outValues = Blocks.OfLength(outValues, inValues.Length);
        if (!Datatype<T>.IsDirect)
        {
            T[][] parts = Allgather(input);
            if (Rank > 0)
                ManagedReduction.Fold(parts.AsSpan(0, Rank), op, outValues);
        }
        else
        {
            using var operation = new BoundOperation<T>(op);
            fixed (byte* send = &FirstByte(input))
            fixed (byte* receive = &FirstByte(outValues))
                ExclusiveScanRaw(send, receive, input.Length, Datatype<T>.Handle, operation.Handle);
        }

        if (Rank == 0)
            outValues = null;
    }
}
