using MPI.Native;

namespace MPI;

/// <summary>Collective calls that intra- and intercommunicators share.</summary>
public abstract partial class Communicator
{
    /// <summary>Waits until all ranks have come (MPI_Barrier). Collective.</summary>
    public unsafe void Barrier()
    {
        Traffic?.CountCollective();
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Barrier(Handle), "MPI_Barrier", this);
    }
}
