using unsafe CartesianCoordinates = delegate* unmanaged<nint, int, int, int*, int>;
using unsafe CartesianRank = delegate* unmanaged<nint, int*, int*, int>;
using unsafe CartesianShift = delegate* unmanaged<nint, int, int, int*, int*, int>;
using unsafe CartesianSub = delegate* unmanaged<nint, int*, nint*, int>;
using unsafe Combine = delegate* unmanaged<nint, nint, nint*, int>;
using unsafe Compare = delegate* unmanaged<nint, nint, int*, int>;
using unsafe CreateCartesian = delegate* unmanaged<nint, int, int*, int*, int, nint*, int>;
using unsafe CreateGraph = delegate* unmanaged<nint, int, int*, int*, int, nint*, int>;
using unsafe CreateGroup = delegate* unmanaged<nint, nint, int, nint*, int>;
using unsafe CreateIntercommunicator = delegate* unmanaged<nint, int, nint, int, int, nint*, int>;
using unsafe Derive = delegate* unmanaged<nint, nint*, int>;
using unsafe Dimensions = delegate* unmanaged<int, int, int*, int>;
using unsafe GetName = delegate* unmanaged<nint, byte*, int*, int>;
using unsafe MapCartesian = delegate* unmanaged<nint, int, int*, int*, int*, int>;
using unsafe Merge = delegate* unmanaged<nint, int, nint*, int>;
using unsafe NeighborCount = delegate* unmanaged<nint, int, int*, int>;
using unsafe Query = delegate* unmanaged<nint, int*, int>;
using unsafe Release = delegate* unmanaged<nint*, int>;
using unsafe Select = delegate* unmanaged<nint, int, int*, nint*, int>;
using unsafe SetName = delegate* unmanaged<nint, byte*, int>;
using unsafe Spawn = delegate* unmanaged<byte*, byte**, int, nint, int, nint, nint*, int*, int>;
using unsafe Split = delegate* unmanaged<nint, int, int, nint*, int>;
using unsafe SplitType = delegate* unmanaged<nint, int, int, nint, nint*, int>;
using unsafe Translate = delegate* unmanaged<nint, int, int*, nint, int*, int>;

namespace MPI.Native;

/// <summary>Calls of groups, communicators and topologies (MPI 4.1, chapters 7 and 8). Families of equal signature share an alias.</summary>
internal static unsafe partial class NativeMpi
{
    public static readonly Query MPI_Comm_size = (Query)Required("MPI_Comm_size");
    public static readonly Query MPI_Comm_rank = (Query)Required("MPI_Comm_rank");
    public static readonly Query MPI_Comm_remote_size = (Query)Required("MPI_Comm_remote_size");
    public static readonly Query MPI_Comm_test_inter = (Query)Required("MPI_Comm_test_inter");
    public static readonly Query MPI_Group_size = (Query)Required("MPI_Group_size");
    public static readonly Query MPI_Group_rank = (Query)Required("MPI_Group_rank");
    public static readonly Query MPI_Topo_test = (Query)Required("MPI_Topo_test");
    public static readonly Query MPI_Cartdim_get = (Query)Required("MPI_Cartdim_get");

    public static readonly Derive MPI_Comm_dup = (Derive)Required("MPI_Comm_dup");
    public static readonly Derive MPI_Comm_group = (Derive)Required("MPI_Comm_group");
    public static readonly Derive MPI_Comm_remote_group = (Derive)Required("MPI_Comm_remote_group");

    public static readonly Split MPI_Comm_split = (Split)Required("MPI_Comm_split");

    public static readonly SplitType MPI_Comm_split_type = (SplitType)Required("MPI_Comm_split_type");

    public static readonly Combine MPI_Comm_create = (Combine)Required("MPI_Comm_create");
    public static readonly Combine MPI_Group_union = (Combine)Required("MPI_Group_union");
    public static readonly Combine MPI_Group_intersection = (Combine)Required("MPI_Group_intersection");
    public static readonly Combine MPI_Group_difference = (Combine)Required("MPI_Group_difference");

    public static readonly CreateGroup MPI_Comm_create_group = (CreateGroup)Required("MPI_Comm_create_group");

    public static readonly Release MPI_Comm_free = (Release)Required("MPI_Comm_free");
    public static readonly Release MPI_Comm_disconnect = (Release)Required("MPI_Comm_disconnect");
    public static readonly Release MPI_Group_free = (Release)Required("MPI_Group_free");
    public static readonly Release MPI_Comm_get_parent = (Release)Required("MPI_Comm_get_parent");

    public static readonly Compare MPI_Comm_compare = (Compare)Required("MPI_Comm_compare");
    public static readonly Compare MPI_Group_compare = (Compare)Required("MPI_Group_compare");

    public static readonly SetName MPI_Comm_set_name = (SetName)Required("MPI_Comm_set_name");

    public static readonly GetName MPI_Comm_get_name = (GetName)Required("MPI_Comm_get_name");

    public static readonly CreateIntercommunicator MPI_Intercomm_create = (CreateIntercommunicator)Required("MPI_Intercomm_create");

    public static readonly Merge MPI_Intercomm_merge = (Merge)Required("MPI_Intercomm_merge");

    public static readonly Spawn MPI_Comm_spawn = (Spawn)Required("MPI_Comm_spawn");

    public static readonly Select MPI_Group_incl = (Select)Required("MPI_Group_incl");
    public static readonly Select MPI_Group_excl = (Select)Required("MPI_Group_excl");

    public static readonly Translate MPI_Group_translate_ranks = (Translate)Required("MPI_Group_translate_ranks");

    public static readonly Dimensions MPI_Dims_create = (Dimensions)Required("MPI_Dims_create");

    public static readonly CreateCartesian MPI_Cart_create = (CreateCartesian)Required("MPI_Cart_create");

    public static readonly MapCartesian MPI_Cart_map = (MapCartesian)Required("MPI_Cart_map");
    public static readonly MapCartesian MPI_Cart_get = (MapCartesian)Required("MPI_Cart_get");
    public static readonly MapCartesian MPI_Graph_map = (MapCartesian)Required("MPI_Graph_map");

    public static readonly CartesianRank MPI_Cart_rank = (CartesianRank)Required("MPI_Cart_rank");
    public static readonly CartesianRank MPI_Graphdims_get = (CartesianRank)Required("MPI_Graphdims_get");

    public static readonly CartesianCoordinates MPI_Cart_coords = (CartesianCoordinates)Required("MPI_Cart_coords");
    public static readonly CartesianCoordinates MPI_Graph_neighbors = (CartesianCoordinates)Required("MPI_Graph_neighbors");

    public static readonly CartesianShift MPI_Cart_shift = (CartesianShift)Required("MPI_Cart_shift");
    public static readonly CartesianShift MPI_Graph_get = (CartesianShift)Required("MPI_Graph_get");

    public static readonly CartesianSub MPI_Cart_sub = (CartesianSub)Required("MPI_Cart_sub");

    public static readonly CreateGraph MPI_Graph_create = (CreateGraph)Required("MPI_Graph_create");

    public static readonly NeighborCount MPI_Graph_neighbors_count = (NeighborCount)Required("MPI_Graph_neighbors_count");
}
