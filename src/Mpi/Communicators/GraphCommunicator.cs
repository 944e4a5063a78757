namespace MPI;

/// <summary>A communicator whose ranks stand in a graph of neighbours (MPI 4.1, section 8.5).</summary>
public sealed partial class GraphCommunicator : TopologicalCommunicator
{
    internal GraphCommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }
}
