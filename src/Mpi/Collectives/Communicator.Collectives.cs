using MPI.Native;

namespace MPI;

/// <summary>Collective calls that intra- and intercommunicators share.</summary>
public abstract partial class Communicator
{
    /// <summary>Waits until all ranks have come (MPI_Barrier). Collective.</summary>
    public unsafe void Barrier()
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled ? Poll(NativeMpi.MPI_Ibarrier(Handle, &request), request) : NativeMpi.MPI_Barrier(Handle);
        ErrorCheck.ThrowIfFailed(code, "MPI_Barrier", this);
    }
}
