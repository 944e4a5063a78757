using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>Gathers between two groups, in MPI.NET's forms. "Flattened" means blocks of several elements, one behind the other in rank order.</summary>
public partial class Intercommunicator
{
    /// <summary>Brings one value of each rank of the other group to the root (MPI_Gather). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value; ignored in the root's group.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    /// <returns>The values in rank order at the root; null elsewhere.</returns>
    public T[]? Gather<T>(T value, int root)
    {
        T[]? result = null;
        GatherValue(value, root, ref result);
        return result;
    }

    /// <inheritdoc cref="Gather{T}(T, int)"/>
    /// <param name="inValue">This rank's value; ignored in the root's group.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    /// <param name="outValues">At the root, the values in rank order: the array that is passed if it has <see cref="RemoteSize"/> elements, else a new one.</param>
    public void Gather<T>(T inValue, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) => GatherValue(inValue, root, ref outValues);

    /// <summary>Brings as many elements of each rank of the other group to this rank, the root (MPI_Gatherv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">How many elements each rank brings.</param>
    /// <param name="outValues">The elements in rank order: the array that is passed if it is long enough, else a new one.</param>
    public void GatherFlattened<T>(int count, [NotNull] ref T[]? outValues) => GatherFlattened(Blocks.Even(count, RemoteSize), ref outValues);

    /// <inheritdoc cref="GatherFlattened{T}(int, ref T[])"/>
    /// <param name="count">How many elements each rank brings.</param>
    /// <returns>The elements in rank order.</returns>
    public T[] GatherFlattened<T>(int count) => GatherFlattened<T>(Blocks.Even(count, RemoteSize));

    /// <summary>Brings this rank's elements to the root in the other group (MPI_Gatherv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="root">The root's rank in the other group.</param>
    public void GatherFlattened<T>(T[] inValues, int root)
    {
        T[]? nothing = null;
        GatherArrays(inValues, null, root, ref nothing);
    }

    /// <summary>Takes part in a gather to another rank of this group (MPI_Gatherv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public void GatherFlattened<T>()
    {
        T[]? nothing = null;
        GatherArrays([], null, Null, ref nothing);
    }

    /// <summary>Brings the elements of each rank of the other group to this rank, the root (MPI_Gatherv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="counts">How many elements each rank of the other group brings.</param>
    /// <param name="outValues">The elements in rank order: the array that is passed if it is long enough, else a new one.</param>
    public void GatherFlattened<T>(int[] counts, [NotNull] ref T[]? outValues)
    {
        GatherArrays([], counts, Root, ref outValues);
        outValues ??= [];
    }

    /// <inheritdoc cref="GatherFlattened{T}(int[], ref T[])"/>
    /// <param name="counts">How many elements each rank of the other group brings.</param>
    /// <returns>The elements in rank order.</returns>
    public T[] GatherFlattened<T>(int[] counts)
    {
        T[]? result = null;
        GatherFlattened(counts, ref result);
        return result;
    }

    /// <summary>Brings one value of each rank of the other group to every rank of this one, both ways (MPI_Allgather). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">This rank's value.</param>
    /// <returns>The other group's values in rank order.</returns>
    public T[] Allgather<T>(T value)
    {
        T[]? result = null;
        AllgatherValue(value, ref result);
        return result!;
    }

    /// <inheritdoc cref="Allgather{T}(T)"/>
    /// <param name="inValue">This rank's value.</param>
    /// <param name="outValues">The other group's values: the array that is passed if it has <see cref="RemoteSize"/> elements, else a new one.</param>
    public void Allgather<T>(T inValue, [NotNull] ref T[]? outValues) => AllgatherValue(inValue, ref outValues!);

    /// <summary>Brings as many elements of each rank of the other group to every rank of this one, both ways (MPI_Allgatherv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="count">How many elements each rank of the other group brings.</param>
    /// <param name="outValues">The other group's elements: the array that is passed if it has exactly their number, else a new one.</param>
    public void AllgatherFlattened<T>(T[] inValues, int count, [NotNull] ref T[]? outValues) =>
        AllgatherFlattened(inValues, Blocks.Even(count, RemoteSize), ref outValues);

    /// <summary>Brings the elements of each rank of the other group to every rank of this one, both ways (MPI_Allgatherv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's elements.</param>
    /// <param name="counts">How many elements each rank of the other group brings.</param>
    /// <param name="outValues">The other group's elements: the array that is passed if it has exactly their number, else a new one.</param>
    public void AllgatherFlattened<T>(T[] inValues, int[] counts, [NotNull] ref T[]? outValues) =>
        AllgatherArrays(inValues, counts, ref outValues!);
}
