namespace MPI;

/// <summary>A communicator whose ranks have neighbours.</summary>
public abstract class TopologicalCommunicator : Intracommunicator
{
    private protected TopologicalCommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }
}
