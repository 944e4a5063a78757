namespace MPI;

/// <summary>A communicator whose ranks stand in a Cartesian grid (MPI 4.1, section 8.5).</summary>
public sealed partial class CartesianCommunicator : TopologicalCommunicator
{
    internal CartesianCommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }
}
