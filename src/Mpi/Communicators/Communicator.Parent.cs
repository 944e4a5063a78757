using MPI.Native;

namespace MPI;

/// <summary>The processes that started this one.</summary>
public abstract partial class Communicator
{
    private static Intercommunicator? s_parent;

    /// <summary>The communicator with the processes that started this job by <see cref="Intracommunicator.Spawn(string, string[], int, int)"/>; null for a job that a launcher started.</summary>
    public unsafe Intercommunicator? Parent
    {
        get
        {
            if (s_parent is not null)
                return s_parent.Handle == Abi.CommNull ? null : s_parent;
            if (SessionWorld.IsUsed)
                return null;
            nint parent = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_get_parent(&parent), "MPI_Comm_get_parent", this);
            if (parent == Abi.CommNull)
                return null;
            _ = NativeMpi.MPI_Comm_set_errhandler(parent, Abi.Table.ErrorsReturn);
            return s_parent = Intercommunicator.Connected(parent, AgreedIds.Parent);
        }
    }
}
