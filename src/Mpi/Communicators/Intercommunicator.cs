using MPI.Native;

namespace MPI;

/// <summary>A communicator between two groups: ranks of one talk to ranks of the other (MPI 4.1, section 7.6).</summary>
public partial class Intercommunicator : Communicator
{
    private int _remoteSize = -1;

    internal Intercommunicator(nint handle, ulong agreedId)
        : base(handle, agreedId)
    {
    }

    /// <summary>The number of processes in the remote group.</summary>
    public unsafe int RemoteSize
    {
        get
        {
            if (_remoteSize < 0)
            {
                int size = 0;
                ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_remote_size(Handle, &size), "MPI_Comm_remote_size", this);
                _remoteSize = size;
            }

            return _remoteSize;
        }
    }

    internal override int PeerCount => RemoteSize;
}
