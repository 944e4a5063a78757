namespace MPI;

/// <summary>A communicator whose ranks have neighbours.</summary>
public abstract class TopologicalCommunicator : Intracommunicator
{
    private protected TopologicalCommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }

    /// <summary>The ranks of this process's neighbours.</summary>
    public abstract int[] Neighbors { get; }

    /// <summary>The number of edges of the whole topology.</summary>
    public abstract int NumEdges { get; }

    /// <summary>The ranks of a process's neighbours.</summary>
    /// <param name="rank">The process's rank.</param>
    /// <returns>The neighbours' ranks.</returns>
    public abstract int[] NeighborsOf(int rank);
}
