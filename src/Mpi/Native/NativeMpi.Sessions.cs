using unsafe CreateFromGroup = delegate* unmanaged<nint, byte*, nint, nint, nint*, int>;
using unsafe FinalizeSession = delegate* unmanaged<nint*, int>;
using unsafe GroupFromSet = delegate* unmanaged<nint, byte*, nint*, int>;
using unsafe InitSession = delegate* unmanaged<nint, nint, nint*, int>;
using unsafe SetCount = delegate* unmanaged<nint, nint, int*, int>;
using unsafe SetNameAt = delegate* unmanaged<nint, nint, int, int*, byte*, int>;

namespace MPI.Native;

/// <summary>Calls of the sessions model (MPI 4.1, section 11.3). Null where they are not exported; see <see cref="MpiFeatures.HasSessions"/>.</summary>
internal static unsafe partial class NativeMpi
{
    public static readonly InitSession MPI_Session_init = (InitSession)IfExported("MPI_Session_init");

    public static readonly FinalizeSession MPI_Session_finalize = (FinalizeSession)IfExported("MPI_Session_finalize");

    public static readonly SetCount MPI_Session_get_num_psets = (SetCount)IfExported("MPI_Session_get_num_psets");

    public static readonly SetNameAt MPI_Session_get_nth_pset = (SetNameAt)IfExported("MPI_Session_get_nth_pset");

    public static readonly GroupFromSet MPI_Group_from_session_pset = (GroupFromSet)IfExported("MPI_Group_from_session_pset");

    public static readonly CreateFromGroup MPI_Comm_create_from_group = (CreateFromGroup)IfExported("MPI_Comm_create_from_group");
}
