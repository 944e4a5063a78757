using unsafe Count = delegate* unmanaged<MPI.Native.NativeStatus*, nint, int*, int>;
using unsafe Immediate = delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>;
using unsafe ImmediateMatchedProbe = delegate* unmanaged<int, int, nint, int*, nint*, MPI.Native.NativeStatus*, int>;
using unsafe ImmediateMatchedReceive = delegate* unmanaged<void*, int, nint, nint*, nint*, int>;
using unsafe ImmediateProbe = delegate* unmanaged<int, int, nint, int*, MPI.Native.NativeStatus*, int>;
using unsafe MatchedProbe = delegate* unmanaged<int, int, nint, nint*, MPI.Native.NativeStatus*, int>;
using unsafe MatchedReceive = delegate* unmanaged<void*, int, nint, nint*, MPI.Native.NativeStatus*, int>;
using unsafe Probe = delegate* unmanaged<int, int, nint, MPI.Native.NativeStatus*, int>;
using unsafe Receive = delegate* unmanaged<void*, int, nint, int, int, nint, MPI.Native.NativeStatus*, int>;
using unsafe RequestOnly = delegate* unmanaged<nint*, int>;
using unsafe Send = delegate* unmanaged<void*, int, nint, int, int, nint, int>;
using unsafe SendReceive = delegate* unmanaged<void*, int, nint, int, int, void*, int, nint, int, int, nint, MPI.Native.NativeStatus*, int>;
using unsafe SendReceiveReplace = delegate* unmanaged<void*, int, nint, int, int, int, int, nint, MPI.Native.NativeStatus*, int>;
using unsafe SetElements = delegate* unmanaged<MPI.Native.NativeStatus*, nint, int, int>;
using unsafe SetStatus = delegate* unmanaged<MPI.Native.NativeStatus*, int, int>;
using unsafe StatusFlag = delegate* unmanaged<MPI.Native.NativeStatus*, int*, int>;
using unsafe Test = delegate* unmanaged<nint*, int*, MPI.Native.NativeStatus*, int>;
using unsafe Wait = delegate* unmanaged<nint*, MPI.Native.NativeStatus*, int>;

namespace MPI.Native;

/// <summary>Calls of point-to-point communication (MPI 4.1, chapters 3 and 4). Families of equal signature share an alias.</summary>
internal static unsafe partial class NativeMpi
{
    public static readonly Send MPI_Send = (Send)Required("MPI_Send");
    public static readonly Send MPI_Ssend = (Send)Required("MPI_Ssend");

    public static readonly Receive MPI_Recv = (Receive)Required("MPI_Recv");

    public static readonly Immediate MPI_Isend = (Immediate)Required("MPI_Isend");
    public static readonly Immediate MPI_Issend = (Immediate)Required("MPI_Issend");
    public static readonly Immediate MPI_Irecv = (Immediate)Required("MPI_Irecv");
    public static readonly Immediate MPI_Send_init = (Immediate)Required("MPI_Send_init");
    public static readonly Immediate MPI_Ssend_init = (Immediate)Required("MPI_Ssend_init");
    public static readonly Immediate MPI_Recv_init = (Immediate)Required("MPI_Recv_init");

    public static readonly SendReceive MPI_Sendrecv = (SendReceive)Required("MPI_Sendrecv");

    public static readonly SendReceiveReplace MPI_Sendrecv_replace = (SendReceiveReplace)Required("MPI_Sendrecv_replace");

    public static readonly Probe MPI_Probe = (Probe)Required("MPI_Probe");

    public static readonly ImmediateProbe MPI_Iprobe = (ImmediateProbe)Required("MPI_Iprobe");

    public static readonly MatchedProbe MPI_Mprobe = (MatchedProbe)Required("MPI_Mprobe");

    public static readonly ImmediateMatchedProbe MPI_Improbe = (ImmediateMatchedProbe)Required("MPI_Improbe");

    public static readonly MatchedReceive MPI_Mrecv = (MatchedReceive)Required("MPI_Mrecv");

    public static readonly ImmediateMatchedReceive MPI_Imrecv = (ImmediateMatchedReceive)Required("MPI_Imrecv");

    public static readonly Wait MPI_Wait = (Wait)Required("MPI_Wait");

    public static readonly Test MPI_Test = (Test)Required("MPI_Test");

    public static readonly RequestOnly MPI_Cancel = (RequestOnly)Required("MPI_Cancel");
    public static readonly RequestOnly MPI_Request_free = (RequestOnly)Required("MPI_Request_free");
    public static readonly RequestOnly MPI_Start = (RequestOnly)Required("MPI_Start");

    public static readonly StatusFlag MPI_Test_cancelled = (StatusFlag)Required("MPI_Test_cancelled");

    public static readonly SetStatus MPI_Status_set_cancelled = (SetStatus)Required("MPI_Status_set_cancelled");

    public static readonly SetElements MPI_Status_set_elements = (SetElements)Required("MPI_Status_set_elements");

    public static readonly Count MPI_Get_count = (Count)Required("MPI_Get_count");
}
