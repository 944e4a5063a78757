using System;
using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>
/// Reductions between two groups, in MPI.NET's forms. Values are combined in rank order; an operation must be associative and must not change
/// its operands. Arrays are combined element by element.
/// </summary>
public partial class Intercommunicator
{
    /// <summary>Combines the values of the other group at the root (MPI_Reduce). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value; ignored in the root's group.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    /// <returns>The result at the root; the default elsewhere.</returns>
    public T? Reduce<T>(T value, ReductionOperation<T> op, int root) => ReduceValue(value, op, root);

    /// <summary>Combines the arrays of the other group at the root (MPI_Reduce). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements; at the root, an array whose length says how many elements come; ignored in the rest of the root's group.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    /// <returns>The result at the root; null elsewhere.</returns>
    public T[]? Reduce<T>(T[]? values, ReductionOperation<T> op, int root)
    {
        T[]? result = null;
        Reduce(values, op, root, ref result);
        return result;
    }

    /// <inheritdoc cref="Reduce{T}(T[], ReductionOperation{T}, int)"/>
    /// <param name="inValues">This rank's elements; ignored in the root's group when the root passes an array for the result.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    /// <param name="outValues">At the root, an array of as many elements as the other group's ranks bring, for the result.</param>
    /// <exception cref="ArgumentException">At the root, neither array says how many elements are reduced.</exception>
    public void Reduce<T>(T[]? inValues, ReductionOperation<T> op, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues)
    {
        int count = 0;
        if (root == Root)
        {
            count = outValues is { Length: > 0 } ? outValues.Length : inValues?.Length ?? 0;
            if (count == 0)
                throw new ArgumentException("The root of a reduction between groups brings no elements itself: pass an array of as many elements as the other group's ranks bring.", nameof(outValues));
        }
        else if (root != Null)
        {
            ArgumentNullException.ThrowIfNull(inValues);
        }

        ReduceArray(inValues ?? [], op, root, count, ref outValues);
    }

    /// <summary>Combines the values of the other group; every rank of this one gets the result, both ways (MPI_Allreduce). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The other group's result.</returns>
    public T Allreduce<T>(T value, ReductionOperation<T> op) => AllreduceValue(value, op);

    /// <summary>Combines the arrays of the other group; every rank of this one gets the result, both ways (MPI_Allreduce). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements; the same number on all ranks of both groups.</param>
    /// <param name="op">The operation.</param>
    /// <returns>The other group's result.</returns>
    public T[] Allreduce<T>(T[] values, ReductionOperation<T> op)
    {
        T[]? result = null;
        AllreduceArray(values, op, ref result);
        return result!;
    }

    /// <inheritdoc cref="Allreduce{T}(T[], ReductionOperation{T})"/>
    /// <param name="inValues">This rank's elements; the same number on all ranks of both groups.</param>
    /// <param name="op">The operation.</param>
    /// <param name="outValues">The other group's result: the array that is passed if it has the length, else a new one.</param>
    public void Allreduce<T>(T[] inValues, ReductionOperation<T> op, [NotNull] ref T[]? outValues) => AllreduceArray(inValues, op, ref outValues!);

    /// <summary>Combines the arrays of the other group and leaves each rank of this one its block of the result, both ways (MPI_Reduce_scatter). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">This rank's elements, as many as the counts add up to, which is the same number in both groups.</param>
    /// <param name="op">The operation.</param>
    /// <param name="counts">The length of the block of each rank of this group.</param>
    /// <returns>This rank's block of the other group's result.</returns>
    public T[] ReduceScatter<T>(T[] values, ReductionOperation<T> op, int[] counts)
    {
        T[]? result = null;
        ReduceScatterArray(values, op, counts, ref result);
        return result!;
    }

    /// <inheritdoc cref="ReduceScatter{T}(T[], ReductionOperation{T}, int[])"/>
    /// <param name="inValues">This rank's elements, as many as the counts add up to, which is the same number in both groups.</param>
    /// <param name="op">The operation.</param>
    /// <param name="counts">The length of the block of each rank of this group.</param>
    /// <param name="outValues">This rank's block of the other group's result: the array that is passed if it has the length, else a new one.</param>
    public void ReduceScatter<T>(T[] inValues, ReductionOperation<T> op, int[] counts, [NotNull] ref T[]? outValues) =>
        ReduceScatterArray(inValues, op, counts, ref outValues!);
}
