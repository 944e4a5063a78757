using MPI.Links;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// The one place where blocking collectives leave the binding: counted, called, checked. Where a wait must not be left to the library, each is
/// started and polled instead.
/// </summary>
public abstract partial class Communicator
{
    private protected unsafe void BroadcastRaw(void* buffer, int count, nint datatype, int root)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ibcast(buffer, count, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Bcast(buffer, count, datatype, root, Handle);
        if (IsWriteHeard && RoleOf(root) != RootRole.Root)
            NoteWritten(buffer, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Bcast", this);
    }

    private protected unsafe void GatherRaw(void* send, int sendCount, void* receive, int countEach, nint datatype, int root)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Igather(send, sendCount, datatype, receive, countEach, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Gather(send, sendCount, datatype, receive, countEach, datatype, root, Handle);
        if (IsWriteHeard && RoleOf(root) == RootRole.Root)
            NoteWritten(receive, (long)countEach * PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Gather", this);
    }

    private protected unsafe void GathervRaw(void* send, int sendCount, void* receive, int* counts, int* displacements, nint datatype, int root)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Igatherv(send, sendCount, datatype, receive, counts, displacements, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Gatherv(send, sendCount, datatype, receive, counts, displacements, datatype, root, Handle);
        NoteWritten(receive, counts, displacements, PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Gatherv", this);
    }

    private protected unsafe void ScatterRaw(void* send, int countEach, void* receive, int receiveCount, nint datatype, int root)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iscatter(send, countEach, datatype, receive, receiveCount, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Scatter(send, countEach, datatype, receive, receiveCount, datatype, root, Handle);
        NoteWritten(receive, receiveCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Scatter", this);
    }

    private protected unsafe void ScattervRaw(void* send, int* counts, int* displacements, void* receive, int receiveCount, nint datatype, int root)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iscatterv(send, counts, displacements, datatype, receive, receiveCount, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Scatterv(send, counts, displacements, datatype, receive, receiveCount, datatype, root, Handle);
        NoteWritten(receive, receiveCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Scatterv", this);
    }

    private protected unsafe void AllgatherRaw(void* send, int sendCount, void* receive, int countEach, nint datatype)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iallgather(send, sendCount, datatype, receive, countEach, datatype, Handle, &request), request)
            : NativeMpi.MPI_Allgather(send, sendCount, datatype, receive, countEach, datatype, Handle);
        NoteWritten(receive, (long)countEach * PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Allgather", this);
    }

    private protected unsafe void AllgathervRaw(void* send, int sendCount, void* receive, int* counts, int* displacements, nint datatype)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iallgatherv(send, sendCount, datatype, receive, counts, displacements, datatype, Handle, &request), request)
            : NativeMpi.MPI_Allgatherv(send, sendCount, datatype, receive, counts, displacements, datatype, Handle);
        NoteWritten(receive, counts, displacements, PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Allgatherv", this);
    }

    private protected unsafe void AlltoallRaw(void* send, void* receive, int countEach, nint datatype)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ialltoall(send, countEach, datatype, receive, countEach, datatype, Handle, &request), request)
            : NativeMpi.MPI_Alltoall(send, countEach, datatype, receive, countEach, datatype, Handle);
        NoteWritten(receive, (long)countEach * PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Alltoall", this);
    }

    private protected unsafe void AlltoallvRaw(
        void* send, int* sendCounts, int* sendDisplacements, void* receive, int* receiveCounts, int* receiveDisplacements, nint datatype)
    {
        // MPICH takes two null pointers for one buffer used twice, also where nothing is sent and nothing comes.
        byte nothing;
        if (receive is null)
            receive = &nothing;
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ialltoallv(send, sendCounts, sendDisplacements, datatype, receive, receiveCounts, receiveDisplacements, datatype, Handle, &request), request)
            : NativeMpi.MPI_Alltoallv(send, sendCounts, sendDisplacements, datatype, receive, receiveCounts, receiveDisplacements, datatype, Handle);
        NoteWritten(receive, receiveCounts, receiveDisplacements, PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Alltoallv", this);
    }

    private protected unsafe void ReduceRaw(void* send, void* receive, int count, nint datatype, nint operation, int root)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ireduce(send, receive, count, datatype, operation, root, Handle, &request), request)
            : NativeMpi.MPI_Reduce(send, receive, count, datatype, operation, root, Handle);
        if (IsWriteHeard && RoleOf(root) == RootRole.Root)
            NoteWritten(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Reduce", this);
    }

    private protected unsafe void AllreduceRaw(void* send, void* receive, int count, nint datatype, nint operation)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iallreduce(send, receive, count, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Allreduce(send, receive, count, datatype, operation, Handle);
        NoteWritten(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Allreduce", this);
    }

    private protected unsafe void ReduceScatterRaw(void* send, void* receive, int* counts, nint datatype, nint operation)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ireduce_scatter(send, receive, counts, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Reduce_scatter(send, receive, counts, datatype, operation, Handle);
        NoteWritten(receive, counts[Rank], datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Reduce_scatter", this);
    }

    private protected unsafe void ReduceScatterBlockRaw(void* send, void* receive, int countEach, nint datatype, nint operation)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ireduce_scatter_block(send, receive, countEach, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Reduce_scatter_block(send, receive, countEach, datatype, operation, Handle);
        NoteWritten(receive, countEach, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Reduce_scatter_block", this);
    }

    private protected unsafe void ScanRaw(void* send, void* receive, int count, nint datatype, nint operation)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iscan(send, receive, count, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Scan(send, receive, count, datatype, operation, Handle);
        NoteWritten(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Scan", this);
    }

    private protected unsafe void ExclusiveScanRaw(void* send, void* receive, int count, nint datatype, nint operation)
    {
        nint request = 0;
        int code = IsAnswered() ? 0 : CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iexscan(send, receive, count, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Exscan(send, receive, count, datatype, operation, Handle);
        NoteWritten(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Exscan", this);
    }

    /// <summary>A collective begins: it is counted and has to be called, unless its results are known already.</summary>
    private bool IsAnswered()
    {
        if (PrologueLog.Answers(this))
            return true;
        Traffic?.CountCollective();
        return false;
    }

    private static bool IsWriteHeard => WrittenRanges.IsHeard || PrologueLog.IsOn;

    private static unsafe void NoteWritten(void* address, long count, nint datatype)
    {
        PrologueLog.Wrote(address, count, datatype);
        WrittenRanges.Note(address, count, datatype);
    }

    private static unsafe void NoteWritten(void* address, int* counts, int* displacements, int ranks, nint datatype)
    {
        PrologueLog.Wrote(address, counts, displacements, ranks, datatype);
        WrittenRanges.Note(address, counts, displacements, ranks, datatype);
    }

    /// <summary>Waits for a collective that was started in place of a blocking one, and makes progress elsewhere meanwhile.</summary>
    private protected static unsafe int Poll(int code, nint request)
    {
        NativeStatus ignored;
        return code != 0 ? code : Progress.Wait(ref request, &ignored);
    }
}
