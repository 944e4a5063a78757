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
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ibcast(buffer, count, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Bcast(buffer, count, datatype, root, Handle);
        if (WrittenRanges.IsHeard && RoleOf(root) != RootRole.Root)
            WrittenRanges.Note(buffer, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Bcast", this);
    }

    private protected unsafe void GatherRaw(void* send, int sendCount, void* receive, int countEach, nint datatype, int root)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Igather(send, sendCount, datatype, receive, countEach, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Gather(send, sendCount, datatype, receive, countEach, datatype, root, Handle);
        if (WrittenRanges.IsHeard && RoleOf(root) == RootRole.Root)
            WrittenRanges.Note(receive, (long)countEach * PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Gather", this);
    }

    private protected unsafe void GathervRaw(void* send, int sendCount, void* receive, int* counts, int* displacements, nint datatype, int root)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Igatherv(send, sendCount, datatype, receive, counts, displacements, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Gatherv(send, sendCount, datatype, receive, counts, displacements, datatype, root, Handle);
        WrittenRanges.Note(receive, counts, displacements, PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Gatherv", this);
    }

    private protected unsafe void ScatterRaw(void* send, int countEach, void* receive, int receiveCount, nint datatype, int root)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iscatter(send, countEach, datatype, receive, receiveCount, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Scatter(send, countEach, datatype, receive, receiveCount, datatype, root, Handle);
        WrittenRanges.Note(receive, receiveCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Scatter", this);
    }

    private protected unsafe void ScattervRaw(void* send, int* counts, int* displacements, void* receive, int receiveCount, nint datatype, int root)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iscatterv(send, counts, displacements, datatype, receive, receiveCount, datatype, root, Handle, &request), request)
            : NativeMpi.MPI_Scatterv(send, counts, displacements, datatype, receive, receiveCount, datatype, root, Handle);
        WrittenRanges.Note(receive, receiveCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Scatterv", this);
    }

    private protected unsafe void AllgatherRaw(void* send, int sendCount, void* receive, int countEach, nint datatype)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iallgather(send, sendCount, datatype, receive, countEach, datatype, Handle, &request), request)
            : NativeMpi.MPI_Allgather(send, sendCount, datatype, receive, countEach, datatype, Handle);
        WrittenRanges.Note(receive, (long)countEach * PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Allgather", this);
    }

    private protected unsafe void AllgathervRaw(void* send, int sendCount, void* receive, int* counts, int* displacements, nint datatype)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iallgatherv(send, sendCount, datatype, receive, counts, displacements, datatype, Handle, &request), request)
            : NativeMpi.MPI_Allgatherv(send, sendCount, datatype, receive, counts, displacements, datatype, Handle);
        WrittenRanges.Note(receive, counts, displacements, PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Allgatherv", this);
    }

    private protected unsafe void AlltoallRaw(void* send, void* receive, int countEach, nint datatype)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ialltoall(send, countEach, datatype, receive, countEach, datatype, Handle, &request), request)
            : NativeMpi.MPI_Alltoall(send, countEach, datatype, receive, countEach, datatype, Handle);
        WrittenRanges.Note(receive, (long)countEach * PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Alltoall", this);
    }

    private protected unsafe void AlltoallvRaw(
        void* send, int* sendCounts, int* sendDisplacements, void* receive, int* receiveCounts, int* receiveDisplacements, nint datatype)
    {
        // MPICH takes two null pointers for one buffer used twice, also where nothing is sent and nothing comes.
        byte nothing;
        if (receive is null)
            receive = &nothing;
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ialltoallv(send, sendCounts, sendDisplacements, datatype, receive, receiveCounts, receiveDisplacements, datatype, Handle, &request), request)
            : NativeMpi.MPI_Alltoallv(send, sendCounts, sendDisplacements, datatype, receive, receiveCounts, receiveDisplacements, datatype, Handle);
        WrittenRanges.Note(receive, receiveCounts, receiveDisplacements, PeerCount, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Alltoallv", this);
    }

    private protected unsafe void ReduceRaw(void* send, void* receive, int count, nint datatype, nint operation, int root)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ireduce(send, receive, count, datatype, operation, root, Handle, &request), request)
            : NativeMpi.MPI_Reduce(send, receive, count, datatype, operation, root, Handle);
        if (WrittenRanges.IsHeard && RoleOf(root) == RootRole.Root)
            WrittenRanges.Note(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Reduce", this);
    }

    private protected unsafe void AllreduceRaw(void* send, void* receive, int count, nint datatype, nint operation)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iallreduce(send, receive, count, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Allreduce(send, receive, count, datatype, operation, Handle);
        WrittenRanges.Note(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Allreduce", this);
    }

    private protected unsafe void ReduceScatterRaw(void* send, void* receive, int* counts, nint datatype, nint operation)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ireduce_scatter(send, receive, counts, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Reduce_scatter(send, receive, counts, datatype, operation, Handle);
        WrittenRanges.Note(receive, counts[Rank], datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Reduce_scatter", this);
    }

    private protected unsafe void ReduceScatterBlockRaw(void* send, void* receive, int countEach, nint datatype, nint operation)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Ireduce_scatter_block(send, receive, countEach, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Reduce_scatter_block(send, receive, countEach, datatype, operation, Handle);
        WrittenRanges.Note(receive, countEach, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Reduce_scatter_block", this);
    }

    private protected unsafe void ScanRaw(void* send, void* receive, int count, nint datatype, nint operation)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iscan(send, receive, count, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Scan(send, receive, count, datatype, operation, Handle);
        WrittenRanges.Note(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Scan", this);
    }

    private protected unsafe void ExclusiveScanRaw(void* send, void* receive, int count, nint datatype, nint operation)
    {
        Traffic?.CountCollective();
        nint request = 0;
        int code = CallPath.ArePolled
            ? Poll(NativeMpi.MPI_Iexscan(send, receive, count, datatype, operation, Handle, &request), request)
            : NativeMpi.MPI_Exscan(send, receive, count, datatype, operation, Handle);
        WrittenRanges.Note(receive, count, datatype);
        ErrorCheck.ThrowIfFailed(code, "MPI_Exscan", this);
    }

    /// <summary>Waits for a collective that was started in place of a blocking one, and makes progress elsewhere meanwhile.</summary>
    private protected static unsafe int Poll(int code, nint request)
    {
        NativeStatus ignored;
        return code != 0 ? code : Progress.Wait(ref request, &ignored);
    }
}
