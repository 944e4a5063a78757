using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>Broadcasts and scatters between two groups, in MPI.NET's forms.</summary>
public partial class Intercommunicator
{
    /// <summary>Copies the root's value to all ranks of the other group (MPI_Bcast). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">The value at the root, left as it is in the rest of its group, replaced in the other group.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    public void Broadcast<T>(ref T value, int root) => BroadcastValue(ref value, root);

    /// <summary>Copies the root's array to all ranks of the other group (MPI_Bcast). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">
    /// The elements at the root; an array of the same length in the other group, or null for elements that are serialized; ignored in the
    /// rest of the root's group.
    /// </param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    public void Broadcast<T>([AllowNull] ref T[] values, int root) => BroadcastArray(ref values!, root);

    /// <summary>Sends one value to each rank of the other group, from this rank, the root (MPI_Scatter). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="values">One value for each rank of the other group.</param>
    public void Scatter<T>(T[] values) => _ = ScatterValue(values, Root);

    /// <summary>Receives this rank's value from the root in the other group (MPI_Scatter). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="root">The root's rank in the other group.</param>
    /// <returns>This rank's value.</returns>
    public T Scatter<T>(int root) => ScatterValue<T>(null, root);

    /// <summary>Takes part in a scatter from another rank of this group (MPI_Scatter). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    public void Scatter<T>() => _ = ScatterValue<T>(null, Null);

    /// <summary>Sends as many elements to each rank of the other group, from this rank, the root (MPI_Scatterv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">The blocks, one behind the other in rank order.</param>
    /// <param name="count">The length of each block.</param>
    public void ScatterFromFlattened<T>(T[] inValues, int count) => ScatterFromFlattened(inValues, Blocks.Even(count, RemoteSize));

    /// <summary>Sends a block of elements to each rank of the other group, from this rank, the root (MPI_Scatterv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">The blocks, one behind the other in rank order.</param>
    /// <param name="counts">The length of the block for each rank of the other group.</param>
    public void ScatterFromFlattened<T>(T[] inValues, int[] counts)
    {
        T[]? nothing = [];
        ScatterArrays(inValues, counts, Root, ref nothing);
    }

    /// <summary>Receives this rank's block from the root in the other group (MPI_Scatterv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">The length of each block.</param>
    /// <param name="root">The root's rank in the other group.</param>
    /// <param name="outValues">This rank's block: the array that is passed if it has the length, else a new one.</param>
    public void ScatterFromFlattened<T>(int count, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) =>
        ScatterFromFlattened(null, count, root, ref outValues);

    /// <inheritdoc cref="ScatterFromFlattened{T}(int, int, ref T[])"/>
    /// <param name="counts">The length of the block of each rank of this group.</param>
    /// <param name="root">The root's rank in the other group.</param>
    /// <param name="outValues">This rank's block: the array that is passed if it has the length, else a new one.</param>
    public void ScatterFromFlattened<T>(int[] counts, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) =>
        ScatterArrays(null, counts, root, ref outValues);

    /// <summary>Takes part in a scatter from another rank of this group (MPI_Scatterv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public void ScatterFromFlattened<T>()
    {
        T[]? nothing = [];
        ScatterArrays(null, [], Null, ref nothing);
    }

    /// <summary>Sends as many elements to each rank of the root's other group, in a form for all ranks (MPI_Scatterv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">At the root, the blocks one behind the other in rank order; ignored elsewhere.</param>
    /// <param name="count">The length of each block.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    /// <param name="outValues">In the other group, this rank's block: the array that is passed if it has the length, else a new one.</param>
    public void ScatterFromFlattened<T>(T[]? inValues, int count, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) =>
        ScatterArrays(inValues, Blocks.Even(count, root == Root ? RemoteSize : Size), root, ref outValues);

    /// <summary>Sends a block of elements to each rank of the root's other group, in a form for all ranks (MPI_Scatterv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">At the root, the blocks one behind the other in rank order; ignored elsewhere.</param>
    /// <param name="counts">The lengths of the blocks: at the root for the other group's ranks, in the other group for its own.</param>
    /// <param name="root"><see cref="Root"/>, <see cref="Null"/>, or the root's rank in the other group.</param>
    /// <param name="outValues">In the other group, this rank's block: the array that is passed if it has the length, else a new one.</param>
    public void ScatterFromFlattened<T>(T[]? inValues, int[] counts, int root, [NotNullIfNotNull(nameof(outValues))] ref T[]? outValues) =>
        ScatterArrays(inValues, counts, root, ref outValues);

    /// <summary>Sends one value from each rank to each rank of the other group, both ways (MPI_Alltoall). Collective over both groups.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="values">This rank's value for each rank of the other group.</param>
    /// <returns>The other group's values for this rank, in rank order.</returns>
    public T[] Alltoall<T>(T[] values)
    {
        T[]? result = null;
        AlltoallValues(values, ref result);
        return result!;
    }

    /// <inheritdoc cref="Alltoall{T}(T[])"/>
    /// <param name="inValues">This rank's value for each rank of the other group.</param>
    /// <param name="outValues">The other group's values: the array that is passed if it has <see cref="RemoteSize"/> elements, else a new one.</param>
    public void Alltoall<T>(T[] inValues, [NotNull] ref T[]? outValues) => AlltoallValues(inValues, ref outValues!);

    /// <summary>Sends a block of elements from each rank to each rank of the other group, both ways (MPI_Alltoallv). Collective over both groups.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's block for each rank of the other group, one behind the other in rank order.</param>
    /// <param name="sendCounts">The length of the block for each rank of the other group.</param>
    /// <param name="recvCounts">The length of the block from each rank of the other group.</param>
    /// <param name="outValues">The other group's blocks for this rank: the array that is passed if it is long enough, else a new one.</param>
    public void AlltoallFlattened<T>(T[] inValues, int[] sendCounts, int[] recvCounts, [NotNull] ref T[]? outValues) =>
        AlltoallArrays(inValues, sendCounts, recvCounts, ref outValues!);
}
