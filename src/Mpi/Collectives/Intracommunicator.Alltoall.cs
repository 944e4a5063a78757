using System.Diagnostics.CodeAnalysis;

namespace MPI;

/// <summary>All-to-all exchanges, in MPI.NET's forms.</summary>
public partial class Intracommunicator
{
    /// <summary>Sends one value from each rank to each rank (MPI_Alltoall). Collective.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <param name="values">This rank's value for each rank, in rank order.</param>
    /// <returns>Each rank's value for this one, in rank order.</returns>
    public T[] Alltoall<T>(T[] values)
    {
        T[]? result = null;
        AlltoallValues(values, ref result);
        return result!;
    }

    /// <inheritdoc cref="Alltoall{T}(T[])"/>
    /// <param name="inValues">This rank's value for each rank, in rank order.</param>
    /// <param name="outValues">Each rank's value for this one: the array that is passed if it has <see cref="Communicator.Size"/> elements, else a new one.</param>
    public void Alltoall<T>(T[] inValues, [NotNull] ref T[]? outValues) => AlltoallValues(inValues, ref outValues!);

    /// <summary>Sends as many elements from each rank to each rank (MPI_Alltoallv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's block for each rank, one behind the other in rank order.</param>
    /// <param name="count">The length of each block, the same on all ranks.</param>
    /// <returns>Each rank's block for this one, in rank order.</returns>
    public T[] AlltoallFlattened<T>(T[] inValues, int count)
    {
        int[] counts = Blocks.Even(count, Size);
        return AlltoallFlattened(inValues, counts, counts);
    }

    /// <inheritdoc cref="AlltoallFlattened{T}(T[], int)"/>
    /// <param name="inValues">This rank's block for each rank, one behind the other in rank order.</param>
    /// <param name="count">The length of each block, the same on all ranks.</param>
    /// <param name="outValues">Each rank's block for this one, in rank order: the array that is passed if it is long enough, else a new one.</param>
    public void AlltoallFlattened<T>(T[] inValues, int count, [NotNull] ref T[]? outValues)
    {
        int[] counts = Blocks.Even(count, Size);
        AlltoallArrays(inValues, counts, counts, ref outValues!);
    }

    /// <summary>Sends a block of elements from each rank to each rank (MPI_Alltoallv). Collective.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="inValues">This rank's block for each rank, one behind the other in rank order.</param>
    /// <param name="sendCounts">The length of the block for each rank.</param>
    /// <param name="recvCounts">The length of the block from each rank: what that rank's send counts say of this one.</param>
    /// <returns>Each rank's block for this one, in rank order.</returns>
    public T[] AlltoallFlattened<T>(T[] inValues, int[] sendCounts, int[] recvCounts)
    {
        T[]? result = null;
        AlltoallArrays(inValues, sendCounts, recvCounts, ref result);
        return result!;
    }

    /// <inheritdoc cref="AlltoallFlattened{T}(T[], int[], int[])"/>
    /// <param name="inValues">This rank's block for each rank, one behind the other in rank order.</param>
    /// <param name="sendCounts">The length of the block for each rank.</param>
    /// <param name="recvCounts">The length of the block from each rank: what that rank's send counts say of this one.</param>
    /// <param name="outValues">Each rank's block for this one, in rank order: the array that is passed if it is long enough, else a new one.</param>
    public void AlltoallFlattened<T>(T[] inValues, int[] sendCounts, int[] recvCounts, [NotNull] ref T[]? outValues) =>
        AlltoallArrays(inValues, sendCounts, recvCounts, ref outValues!);
}
