using MPI.Native;

namespace MPI;

/// <summary>Probes that take the message with them, and the order between probes, receives and the receives that the binding matches itself.</summary>
public abstract partial class Communicator
{
    /// <summary>Waits until a message can be received and takes it out of matching (MPI_Mprobe).</summary>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <returns>The message; it must be received.</returns>
    public unsafe MatchedMessage MatchedProbe(int source, int tag)
    {
        NativeStatus status;
        TakenMessage message = MatchNext(source, tag, &status);
        return new MatchedMessage(this, message, status);
    }

    /// <summary>Asks whether a message can be received, and takes it out of matching (MPI_Improbe).</summary>
    /// <param name="source">The sender's rank, <see cref="anySource"/> or <see cref="NullProcess"/>.</param>
    /// <param name="tag">The tag, or <see cref="anyTag"/>.</param>
    /// <returns>The message, which must be received; null while none has come.</returns>
    public unsafe MatchedMessage? ImmediateMatchedProbe(int source, int tag)
    {
        NativeStatus status;
        return TryMatchNext(source, tag, out TakenMessage message, &status) ? new MatchedMessage(this, message, status) : null;
    }

    /// <summary>Waits for the next message that no receive posted before claims, and takes it.</summary>
    internal unsafe TakenMessage MatchNext(int source, int tag, NativeStatus* status)
    {
        if (!CallPath.IsManaged)
        {
            nint handle = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Mprobe(source, tag, Handle, &handle, status), "MPI_Mprobe", this);
            return TakenMessage.Of(handle);
        }

        TakenMessage message;
        for (int turn = 0; !TryMatchNext(source, tag, out message, status); Progress.Pause(ref turn))
        {
        }

        return message;
    }

    /// <summary>Takes the next message that no receive posted before claims, if it has come.</summary>
    internal unsafe bool TryMatchNext(int source, int tag, out TakenMessage message, NativeStatus* status)
    {
        if (source != Abi.ProcNull && Posted is { } posted && posted.Concerns(source, tag))
            return posted.TryMatch(source, tag, out message, status);
        int found = 0;
        nint handle = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Improbe(source, tag, Handle, &found, &handle, status), "MPI_Improbe", this);
        message = TakenMessage.Of(handle);
        return found != 0;
    }

    /// <summary>Looks for the next message that no receive posted before claims.</summary>
    internal unsafe bool TryProbeNext(int source, int tag, NativeStatus* status)
    {
        if (source != Abi.ProcNull && Posted is { } posted && posted.Concerns(source, tag))
            return posted.TryProbe(source, tag, status);
        int found = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Iprobe(source, tag, Handle, &found, status), "MPI_Iprobe", this);
        return found != 0;
    }
}
