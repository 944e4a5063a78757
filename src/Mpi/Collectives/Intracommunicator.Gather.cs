using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>Gathers, in MPI.NET's forms. "Flattened" means blocks of several elements, one behind the other in rank order.</summary>
public partial class Intracommunicator
{
    private protected override int OwnSlot => Rank;

    /// <summary>Brings one value of each rank to the root (MPI_Gather). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The values in rank order at the root; null elsewhere.</returns>
    public T[]? Gather<T>(T value, int root)
    {
        T[]? result = null;
        GatherValue(value, root, ref result);
        return result;
    }

    /// <inheritdoc cref="Gather{T}(T, int)"/>
    /// <param name="inValue">This rank's value.</param>
    /// <param name="root">The root's rank.</param>
    /// <param name="outValues">At the root, the values in rank order: the array that is passed if it has <see cref="Communicator.Size"/> elements, else a new one.</param>
    public void Gather<T>(T inValue, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) => GatherValue(inValue, root, ref outValues);

    /// <summary>Brings as many elements of each rank to the root (MPI_Gatherv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's elements; the same number on all ranks.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The elements in rank order at the root; null elsewhere.</returns>
    public T[]? GatherFlattened<T>(T[] inValues, int root)
    {
        T[]? result = null;
        GatherArrays(inValues, EvenCounts(inValues, root), root, ref result);
        return result;
    }

    /// <summary>Brings the elements of each rank to the root (MPI_Gatherv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="counts">How many elements each rank brings; needed at the root, may be null elsewhere.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>The elements in rank order at the root; null elsewhere.</returns>
    public T[]? GatherFlattened<T>(T[] inValues, int[]? counts, int root)
    {
        T[]? result = null;
        GatherArrays(inValues, counts, root, ref result);
        return result;
    }

    /// <inheritdoc cref="GatherFlattened{T}(T[], int)"/>
    /// <param name="inValues">This rank's elements; the same number on all ranks.</param>
    /// <param name="root">The root's rank.</param>
    /// <param name="outValues">At the root, the elements in rank order: the array that is passed if it is long enough, else a new one.</param>
    public void GatherFlattened<T>(T[] inValues, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) =>
        GatherArrays(inValues, EvenCounts(inValues, root), root, ref outValues);

    /// <inheritdoc cref="GatherFlattened{T}(T[], int[], int)"/>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="counts">How many elements each rank brings; needed at the root, may be null elsewhere.</param>
    /// <param name="root">The root's rank.</param>
    /// <param name="outValues">At the root, the elements in rank order: the array that is passed if it is long enough, else a new one.</param>
    public void GatherFlattened<T>(T[] inValues, int[]? counts, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) =>
        GatherArrays(inValues, counts, root, ref outValues);

    /// <summary>Brings one value of each rank to all ranks (MPI_Allgather). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <returns>The values in rank order.</returns>
    public T[] Allgather<T>(T value)
    {
        T[]? result = null;
        AllgatherValue(value, ref result);
        return result!;
    }

    /// <inheritdoc cref="Allgather{T}(T)"/>
    /// <param name="inValue">This rank's value.</param>
    /// <param name="outValues">The values in rank order: the array that is passed if it has <see cref="Communicator.Size"/> elements, else a new one.</param>
    public void Allgather<T>(T inValue, [NotNull] ref T[]? outValues) => AllgatherValue(inValue, ref outValues!);

    /// <summary>Brings as many elements of each rank to all ranks (MPI_Allgatherv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="count">How many elements each rank brings.</param>
    /// <returns>The elements in rank order.</returns>
    public T[] AllgatherFlattened<T>(T[] inValues, int count) => AllgatherFlattened(inValues, Blocks.Even(count, Size));

    /// <summary>Brings the elements of each rank to all ranks (MPI_Allgatherv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="counts">How many elements each rank brings; the same on all ranks.</param>
    /// <returns>The elements in rank order.</returns>
    public T[] AllgatherFlattened<T>(T[] inValues, int[] counts)
    {
        T[]? result = null;
        AllgatherArrays(inValues, counts, ref result);
        return result!;
    }

    /// <inheritdoc cref="AllgatherFlattened{T}(T[], int)"/>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="count">How many elements each rank brings.</param>
    /// <param name="outValues">The elements in rank order: the array that is passed if it has exactly their number, else a new one.</param>
    public void AllgatherFlattened<T>(T[] inValues, int count, [NotNull] ref T[]? outValues) =>
        AllgatherArrays(inValues, Blocks.Even(count, Size), ref outValues!);

    /// <inheritdoc cref="AllgatherFlattened{T}(T[], int[])"/>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="counts">How many elements each rank brings; the same on all ranks.</param>
    /// <param name="outValues">The elements in rank order: the array that is passed if it has exactly their number, else a new one.</param>
    public void AllgatherFlattened<T>(T[] inValues, int[] counts, [NotNull] ref T[]? outValues) =>
        AllgatherArrays(inValues, counts, ref outValues!);

    private protected override RootRole RoleOf(int root) => Rank == root ? RootRole.Root : RootRole.Peer;

    private int[]? EvenCounts<T>(T[] values, int root) => Rank == root && values is not null ? Blocks.Even(values.Length, Size) : null;
}
