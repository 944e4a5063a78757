using System;
using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>
/// Reductions, in MPI.NET's forms. Values are combined in rank order, so an operation need not commute; it must be associative and must not
/// change its operands. Arrays are combined element by element.
/// </summary>
public partial class Intracommunicator
{
    /// <summary>Combines the values of all ranks at the root (MPI_Reduce). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The result at the root; the default elsewhere.</returns>
    public T? Reduce<T>(T value, ReductionOperation<T> op, int root) => ReduceValue(value, op, root);

    /// <summary>Combines the arrays of all ranks at the root (MPI_Reduce). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The result at the root; null elsewhere.</returns>
    public T[]? Reduce<T>(T[] values, ReductionOperation<T> op, int root)
    {
        T[]? result = null;
        Reduce(values, op, root, ref result);
        return result;
    }

    /// <inheritdoc cref="Reduce{T}(T[], ReductionOperation{T}, int)"/>
    /// <param name="inValues">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root">The root's rank.</param>
    /// <param name="outValues">At the root, the result: the array that is passed if it has the length, else a new one.</param>
    public void Reduce<T>(T[] inValues, ReductionOperation<T> op, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(inValues);
        ReduceArray(inValues, op, root, inValues.Length, ref outValues);
    }

    /// <summary>Combines the values of all ranks; every rank gets the result (MPI_Allreduce). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The result.</returns>
    public T Allreduce<T>(T value, ReductionOperation<T> op) => AllreduceValue(value, op);

    /// <summary>Combines the arrays of all ranks; every rank gets the result (MPI_Allreduce). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The result.</returns>
    public T[] Allreduce<T>(T[] values, ReductionOperation<T> op)
    {
        T[]? result = null;
        AllreduceArray(values, op, ref result);
        return result!;
    }

    /// <inheritdoc cref="Allreduce{T}(T[], ReductionOperation{T})"/>
    /// <param name="inValues">This rank's elements; the same number on all ranks.</param>
    /// <param name="op">The operation.</param>
    /// <param name="outValues">The result: the array that is passed if it has the length, else a new one.</param>
    public void Allreduce<T>(T[] inValues, ReductionOperation<T> op, [NotNull] ref T[]? outValues) => AllreduceArray(inValues, op, ref outValues!);

    /// <summary>Combines the arrays of all ranks and leaves each rank its block of the result (MPI_Reduce_scatter). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements, as many as the counts add up to.</param>
    /// <param name="op">The operation.</param>
    /// <param name="counts">The length of each rank's block; the same on all ranks.</param>
    /// <returns>This rank's block of the result.</returns>
    public T[] ReduceScatter<T>(T[] values, ReductionOperation<T> op, int[] counts)
    {
        T[]? result = null;
        ReduceScatterArray(values, op, counts, ref result);
        return result!;
    }

    /// <inheritdoc cref="ReduceScatter{T}(T[], ReductionOperation{T}, int[])"/>
    /// <param name="inValues">This rank's elements, as many as the counts add up to.</param>
    /// <param name="op">The operation.</param>
    /// <param name="counts">The length of each rank's block; the same on all ranks.</param>
    /// <param name="outValues">This rank's block of the result: the array that is passed if it has the length, else a new one.</param>
    public void ReduceScatter<T>(T[] inValues, ReductionOperation<T> op, int[] counts, [NotNull] ref T[]? outValues) =>
        ReduceScatterArray(inValues, op, counts, ref outValues!);
}
