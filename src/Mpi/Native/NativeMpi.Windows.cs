using unsafe Access = delegate* unmanaged<void*, int, nint, int, nint, int, nint, nint, int>;
using unsafe Accumulate = delegate* unmanaged<void*, int, nint, int, nint, int, nint, nint, nint, int>;
using unsafe CompareAndSwap = delegate* unmanaged<void*, void*, void*, nint, int, nint, nint, int>;
using unsafe Create = delegate* unmanaged<void*, nint, int, nint, nint, nint*, int>;
using unsafe Expose = delegate* unmanaged<nint, int, nint, int>;
using unsafe FetchAndOperate = delegate* unmanaged<void*, void*, nint, int, nint, nint, nint, int>;
using unsafe Free = delegate* unmanaged<nint*, int>;
using unsafe GetAccumulate = delegate* unmanaged<void*, int, nint, void*, int, nint, int, nint, int, nint, nint, nint, int>;
using unsafe Lock = delegate* unmanaged<int, int, int, nint, int>;
using unsafe RankAndWindow = delegate* unmanaged<int, nint, int>;
using unsafe WindowOnly = delegate* unmanaged<nint, int>;

namespace MPI.Native;

/// <summary>Calls of one-sided communication (MPI 4.1, chapter 12). Families of equal signature share an alias.</summary>
internal static unsafe partial class NativeMpi
{
    public static readonly Create MPI_Win_create = (Create)Required("MPI_Win_create");

    public static readonly Free MPI_Win_free = (Free)Required("MPI_Win_free");

    public static readonly Access MPI_Put = (Access)Required("MPI_Put");
    public static readonly Access MPI_Get = (Access)Required("MPI_Get");

    public static readonly Accumulate MPI_Accumulate = (Accumulate)Required("MPI_Accumulate");

    public static readonly GetAccumulate MPI_Get_accumulate = (GetAccumulate)Required("MPI_Get_accumulate");

    public static readonly FetchAndOperate MPI_Fetch_and_op = (FetchAndOperate)Required("MPI_Fetch_and_op");

    public static readonly CompareAndSwap MPI_Compare_and_swap = (CompareAndSwap)Required("MPI_Compare_and_swap");

    public static readonly RankAndWindow MPI_Win_fence = (RankAndWindow)Required("MPI_Win_fence");
    public static readonly RankAndWindow MPI_Win_unlock = (RankAndWindow)Required("MPI_Win_unlock");
    public static readonly RankAndWindow MPI_Win_flush = (RankAndWindow)Required("MPI_Win_flush");
    public static readonly RankAndWindow MPI_Win_flush_local = (RankAndWindow)Required("MPI_Win_flush_local");
    public static readonly RankAndWindow MPI_Win_lock_all = (RankAndWindow)Required("MPI_Win_lock_all");

    public static readonly WindowOnly MPI_Win_unlock_all = (WindowOnly)Required("MPI_Win_unlock_all");
    public static readonly WindowOnly MPI_Win_flush_all = (WindowOnly)Required("MPI_Win_flush_all");
    public static readonly WindowOnly MPI_Win_complete = (WindowOnly)Required("MPI_Win_complete");
    public static readonly WindowOnly MPI_Win_wait = (WindowOnly)Required("MPI_Win_wait");
    public static readonly WindowOnly MPI_Win_sync = (WindowOnly)Required("MPI_Win_sync");

    public static readonly Lock MPI_Win_lock = (Lock)Required("MPI_Win_lock");

    public static readonly Expose MPI_Win_post = (Expose)Required("MPI_Win_post");
    public static readonly Expose MPI_Win_start = (Expose)Required("MPI_Win_start");
}
