using MPI.Native;

namespace MPI;

/// <summary>Questions about messages that have come and are not received yet.</summary>
public abstract partial class Communicator
{
    /// <summary>
    /// Waits until a message can be received (MPI_Probe), and leaves it where it is. With several threads another one may receive it first.
    /// </summary>
    /// <param name="source">The sender's rank, or <see cref="anySource"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <returns>Who sent it, under which tag, and how long it is.</returns>
    public unsafe Status Probe(int source, int tag)
    {
        NativeStatus status;
        if (CallPath.IsManaged)
        {
            for (int turn = 0; !TryProbeNext(source, tag, &status); Progress.Pause(ref turn))
            {
            }
        }
        else
        {
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Probe(source, tag, Handle, &status), "MPI_Probe", this);
        }

        return new Status(status);
    }

    /// <summary>Asks whether a message can be received (MPI_Iprobe), makes progress, and leaves the message where it is.</summary>
    /// <param name="source">The sender's rank, or <see cref="anySource"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <returns>Who sent it, under which tag, and how long it is; null while none has come.</returns>
    public unsafe Status? ImmediateProbe(int source, int tag)
    {
        NativeStatus status;
        return TryProbeNext(source, tag, &status) ? new Status(status) : null;
    }
}
