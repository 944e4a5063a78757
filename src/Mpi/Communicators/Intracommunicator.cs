namespace MPI;

/// <summary>A communicator whose ranks talk among themselves: world, self, and all that is derived from them.</summary>
public partial class Intracommunicator : Communicator
{
    internal Intracommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }
}
