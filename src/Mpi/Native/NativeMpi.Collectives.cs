using unsafe AllgatherV = delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>;
using unsafe AlltoallV = delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>;
using unsafe AllToEach = delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>;
using unsafe Broadcast = delegate* unmanaged<void*, int, nint, int, nint, int>;
using unsafe CommunicatorOnly = delegate* unmanaged<nint, int>;
using unsafe CreateOperation = delegate* unmanaged<void*, int, nint*, int>;
using unsafe FreeOperation = delegate* unmanaged<nint*, int>;
using unsafe GatherV = delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, int, nint, int>;
using unsafe ImmediateAllgatherV = delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>;
using unsafe ImmediateAlltoallV = delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int>;
using unsafe ImmediateAllToEach = delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>;
using unsafe ImmediateBarrier = delegate* unmanaged<nint, nint*, int>;
using unsafe ImmediateBroadcast = delegate* unmanaged<void*, int, nint, int, nint, nint*, int>;
using unsafe ImmediateGatherV = delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, int, nint, nint*, int>;
using unsafe ImmediateReduce = delegate* unmanaged<void*, void*, int, nint, nint, int, nint, nint*, int>;
using unsafe ImmediateReduceScatter = delegate* unmanaged<void*, void*, int*, nint, nint, nint, nint*, int>;
using unsafe ImmediateReduceToAll = delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int>;
using unsafe ImmediateRooted = delegate* unmanaged<void*, int, nint, void*, int, nint, int, nint, nint*, int>;
using unsafe ImmediateScatterV = delegate* unmanaged<void*, int*, int*, nint, void*, int, nint, int, nint, nint*, int>;
using unsafe Reduce = delegate* unmanaged<void*, void*, int, nint, nint, int, nint, int>;
using unsafe ReduceLocal = delegate* unmanaged<void*, void*, int, nint, nint, int>;
using unsafe ReduceScatter = delegate* unmanaged<void*, void*, int*, nint, nint, nint, int>;
using unsafe ReduceToAll = delegate* unmanaged<void*, void*, int, nint, nint, nint, int>;
using unsafe Rooted = delegate* unmanaged<void*, int, nint, void*, int, nint, int, nint, int>;
using unsafe ScatterV = delegate* unmanaged<void*, int*, int*, nint, void*, int, nint, int, nint, int>;

namespace MPI.Native;

/// <summary>Calls of collective communication (MPI 4.1, chapter 6). Families of equal signature share an alias.</summary>
internal static unsafe partial class NativeMpi
{
    public static readonly CommunicatorOnly MPI_Barrier = (CommunicatorOnly)Required("MPI_Barrier");

    public static readonly ImmediateBarrier MPI_Ibarrier = (ImmediateBarrier)Required("MPI_Ibarrier");

    public static readonly Broadcast MPI_Bcast = (Broadcast)Required("MPI_Bcast");

    public static readonly ImmediateBroadcast MPI_Ibcast = (ImmediateBroadcast)Required("MPI_Ibcast");

    public static readonly Rooted MPI_Gather = (Rooted)Required("MPI_Gather");
    public static readonly Rooted MPI_Scatter = (Rooted)Required("MPI_Scatter");

    public static readonly ImmediateRooted MPI_Igather = (ImmediateRooted)Required("MPI_Igather");
    public static readonly ImmediateRooted MPI_Iscatter = (ImmediateRooted)Required("MPI_Iscatter");

    public static readonly GatherV MPI_Gatherv = (GatherV)Required("MPI_Gatherv");

    public static readonly ScatterV MPI_Scatterv = (ScatterV)Required("MPI_Scatterv");

    public static readonly ImmediateGatherV MPI_Igatherv = (ImmediateGatherV)Required("MPI_Igatherv");

    public static readonly ImmediateScatterV MPI_Iscatterv = (ImmediateScatterV)Required("MPI_Iscatterv");

    public static readonly AllToEach MPI_Allgather = (AllToEach)Required("MPI_Allgather");
    public static readonly AllToEach MPI_Alltoall = (AllToEach)Required("MPI_Alltoall");

    public static readonly ImmediateAllToEach MPI_Iallgather = (ImmediateAllToEach)Required("MPI_Iallgather");
    public static readonly ImmediateAllToEach MPI_Ialltoall = (ImmediateAllToEach)Required("MPI_Ialltoall");

    public static readonly AllgatherV MPI_Allgatherv = (AllgatherV)Required("MPI_Allgatherv");

    public static readonly AlltoallV MPI_Alltoallv = (AlltoallV)Required("MPI_Alltoallv");

    public static readonly ImmediateAllgatherV MPI_Iallgatherv = (ImmediateAllgatherV)Required("MPI_Iallgatherv");

    public static readonly ImmediateAlltoallV MPI_Ialltoallv = (ImmediateAlltoallV)Required("MPI_Ialltoallv");

    public static readonly Reduce MPI_Reduce = (Reduce)Required("MPI_Reduce");

    public static readonly ImmediateReduce MPI_Ireduce = (ImmediateReduce)Required("MPI_Ireduce");

    public static readonly ReduceToAll MPI_Allreduce = (ReduceToAll)Required("MPI_Allreduce");
    public static readonly ReduceToAll MPI_Scan = (ReduceToAll)Required("MPI_Scan");
    public static readonly ReduceToAll MPI_Exscan = (ReduceToAll)Required("MPI_Exscan");
    public static readonly ReduceToAll MPI_Reduce_scatter_block = (ReduceToAll)Required("MPI_Reduce_scatter_block");

    public static readonly ImmediateReduceToAll MPI_Iallreduce = (ImmediateReduceToAll)Required("MPI_Iallreduce");
    public static readonly ImmediateReduceToAll MPI_Iscan = (ImmediateReduceToAll)Required("MPI_Iscan");
    public static readonly ImmediateReduceToAll MPI_Ireduce_scatter_block = (ImmediateReduceToAll)Required("MPI_Ireduce_scatter_block");
    public static readonly ImmediateReduceToAll MPI_Iexscan = (ImmediateReduceToAll)Required("MPI_Iexscan");

    public static readonly ReduceScatter MPI_Reduce_scatter = (ReduceScatter)Required("MPI_Reduce_scatter");

    public static readonly ImmediateReduceScatter MPI_Ireduce_scatter = (ImmediateReduceScatter)Required("MPI_Ireduce_scatter");

    public static readonly ReduceLocal MPI_Reduce_local = (ReduceLocal)Required("MPI_Reduce_local");

    public static readonly CreateOperation MPI_Op_create = (CreateOperation)Required("MPI_Op_create");

    public static readonly FreeOperation MPI_Op_free = (FreeOperation)Required("MPI_Op_free");
}
