using System;
using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>Broadcasts and scatters, in MPI.NET's forms.</summary>
public partial class Intracommunicator
{
    /// <summary>Copies the root's value to all ranks (MPI_Bcast). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="value">The value at the root; replaced by it elsewhere.</param>
    /// <param name="root">The root's rank.</param>
    public void Broadcast<T>(ref T value, int root) => BroadcastValue(ref value, root);

    /// <summary>Copies the root's array to all ranks (MPI_Bcast). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">
    /// The elements at the root. Elsewhere, an array of the same length to receive them into; for elements that are serialized it may be null and
    /// is replaced.
    /// </param>
    /// <param name="root">The root's rank.</param>
    public void Broadcast<T>([AllowNull] ref T[] values, int root) => BroadcastArray(ref values!, root);

    /// <summary>Sends one value to each rank, from the root (MPI_Scatter); the other ranks call <see cref="Scatter{T}(int)"/>. Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="values">One value for each rank, in rank order.</param>
    /// <returns>The root's own value.</returns>
    public T Scatter<T>(T[] values) => ScatterValue(values, Rank);

    /// <summary>Receives this rank's value from the root, on the other ranks (MPI_Scatter). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="root">The root's rank, which is not this one.</param>
    /// <returns>This rank's value.</returns>
    /// <exception cref="ArgumentException">This rank is the root.</exception>
    public T Scatter<T>(int root)
    {
        if (Rank == root)
            throw new ArgumentException($"Rank {root} is the root and has values to scatter: call Scatter(values) or Scatter(values, {root}) there.", nameof(root));
        return ScatterValue<T>(null, root);
    }

    /// <summary>Sends one value to each rank from the root (MPI_Scatter). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="values">At the root, one value for each rank, in rank order; ignored elsewhere.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>This rank's value.</returns>
    public T Scatter<T>(T[]? values, int root) => ScatterValue(values, root);

    /// <summary>Sends as many elements to each rank from the root (MPI_Scatterv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">At the root, the blocks one behind the other in rank order; ignored elsewhere.</param>
    /// <param name="count">The length of each block.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>This rank's block.</returns>
    public T[] ScatterFromFlattened<T>(T[]? inValues, int count, int root) => ScatterFromFlattened(inValues, Blocks.Even(count, Size), root);

    /// <summary>Sends a block of elements to each rank from the root (MPI_Scatterv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">At the root, the blocks one behind the other in rank order; ignored elsewhere.</param>
    /// <param name="counts">The length of each rank's block.</param>
    /// <param name="root">The root's rank.</param>
    /// <returns>This rank's block.</returns>
    public T[] ScatterFromFlattened<T>(T[]? inValues, int[] counts, int root)
    {
        T[]? result = null;
        ScatterFromFlattened(inValues, counts, root, ref result);
        return result;
    }

    /// <inheritdoc cref="ScatterFromFlattened{T}(T[], int, int)"/>
    /// <param name="inValues">At the root, the blocks one behind the other in rank order; ignored elsewhere.</param>
    /// <param name="count">The length of each block.</param>
    /// <param name="root">The root's rank.</param>
    /// <param name="outValues">This rank's block: the array that is passed if it has the length, else a new one.</param>
    public void ScatterFromFlattened<T>(T[]? inValues, int count, int root, [NotNull] ref T[]? outValues) =>
        ScatterFromFlattened(inValues, Blocks.Even(count, Size), root, ref outValues);

    /// <inheritdoc cref="ScatterFromFlattened{T}(T[], int[], int)"/>
    /// <param name="inValues">At the root, the blocks one behind the other in rank order; ignored elsewhere.</param>
    /// <param name="counts">The length of each rank's block.</param>
    /// <param name="root">The root's rank.</param>
    /// <param name="outValues">This rank's block: the array that is passed if it has the length, else a new one.</param>
    public void ScatterFromFlattened<T>(T[]? inValues, int[] counts, int root, [NotNull] ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Length != Size)
            throw new ArgumentException($"One count is needed for each of {Size} ranks; there are {counts.Length}.", nameof(counts));
        ScatterArrays(inValues, counts, root, ref outValues);
        outValues ??= [];
    }
}
