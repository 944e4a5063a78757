using unsafe Abort = delegate* unmanaged<nint, int, int>;
using unsafe Clock = delegate* unmanaged<double>;
using unsafe ErrorClass = delegate* unmanaged<int, int*, int>;
using unsafe ErrorString = delegate* unmanaged<int, byte*, int*, int>;
using unsafe Flag = delegate* unmanaged<int*, int>;
using unsafe GetAttribute = delegate* unmanaged<nint, int, void*, int*, int>;
using unsafe InfoHandle = delegate* unmanaged<nint*, int>;
using unsafe InfoSet = delegate* unmanaged<nint, byte*, byte*, int>;
using unsafe InitThread = delegate* unmanaged<int*, byte***, int, int*, int>;
using unsafe NoArguments = delegate* unmanaged<int>;
using unsafe SetErrorHandler = delegate* unmanaged<nint, nint, int>;
using unsafe Text = delegate* unmanaged<byte*, int*, int>;
using unsafe TwoNumbers = delegate* unmanaged<int*, int*, int>;

namespace MPI.Native;

/// <summary>Calls of environmental management (MPI 4.1, chapters 9 and 11). Families of equal signature share an alias.</summary>
internal static unsafe partial class NativeMpi
{
    public static readonly InitThread MPI_Init_thread = (InitThread)Required("MPI_Init_thread");

    public static readonly Flag MPI_Initialized = (Flag)Required("MPI_Initialized");
    public static readonly Flag MPI_Finalized = (Flag)Required("MPI_Finalized");
    public static readonly Flag MPI_Query_thread = (Flag)Required("MPI_Query_thread");
    public static readonly Flag MPI_Is_thread_main = (Flag)Required("MPI_Is_thread_main");

    public static readonly NoArguments MPI_Finalize = (NoArguments)Required("MPI_Finalize");

    public static readonly Text MPI_Get_processor_name = (Text)Required("MPI_Get_processor_name");
    public static readonly Text MPI_Get_library_version = (Text)Required("MPI_Get_library_version");

    public static readonly TwoNumbers MPI_Get_version = (TwoNumbers)Required("MPI_Get_version");

    public static readonly Clock MPI_Wtime = (Clock)Required("MPI_Wtime");
    public static readonly Clock MPI_Wtick = (Clock)Required("MPI_Wtick");

    public static readonly Abort MPI_Abort = (Abort)Required("MPI_Abort");

    public static readonly ErrorClass MPI_Error_class = (ErrorClass)Required("MPI_Error_class");

    public static readonly ErrorString MPI_Error_string = (ErrorString)Required("MPI_Error_string");

    public static readonly SetErrorHandler MPI_Comm_set_errhandler = (SetErrorHandler)Required("MPI_Comm_set_errhandler");
    public static readonly SetErrorHandler MPI_Win_set_errhandler = (SetErrorHandler)Required("MPI_Win_set_errhandler");

    public static readonly GetAttribute MPI_Comm_get_attr = (GetAttribute)Required("MPI_Comm_get_attr");

    public static readonly InfoHandle MPI_Info_create = (InfoHandle)Required("MPI_Info_create");
    public static readonly InfoHandle MPI_Info_free = (InfoHandle)Required("MPI_Info_free");

    public static readonly InfoSet MPI_Info_set = (InfoSet)Required("MPI_Info_set");
}
